import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Line, Lines } from '../lines.js';
import { count } from '../report.js';
import { reason } from '../rule-files.js';
import { EXIT, Failure } from '../terminal.js';
import { Unreachable } from './connection.js';
import type { Call } from './group.js';
import { type JsonObject, ProblemAnswer } from './problem.js';

/** A batch is sent when it has so many events, or so many bytes. */
const BATCH_EVENTS = 5_000;
const BATCH_BYTES = 1024 * 1024;
/** How often a batch is sent, and how long is waited at most between two times, in milliseconds. */
const TRIES = 8;
const LONGEST_WAIT = 10_000;

interface Totals {
  accepted: number;
  duplicates: number;
  rejected: number;
}

/** Events that are sent together. */
interface Batch {
  readonly lines: { readonly number: number; readonly text: string }[];
  bytes: number;
}

/**
 * Posts events from a file, `-` being standard input, and says what became of them.
 * @throws Failure when the file cannot be read, or the server takes nothing any more
 */
export async function post(call: Call, path: string, file: string): Promise<number> {
  const totals: Totals = { accepted: 0, duplicates: 0, rejected: 0 };
  let batch: Batch = { lines: [], bytes: 0 };
  const send = async (): Promise<void> => {
    if (batch.lines.length > 0) await sendBatch(call, `${path}/events`, batch, totals);
    batch = { lines: [], bytes: 0 };
  };
  const take = async (lines: readonly Line[]): Promise<void> => {
    for (const line of lines) {
      if ('problem' in line) {
        totals.rejected++;
        call.say(`line ${line.line}: ${line.problem.message} [${line.problem.code}]`);
        continue;
      }
      if (line.text.trim() === '') continue;
      batch.lines.push({ number: line.line, text: line.text });
      batch.bytes += line.text.length;
      if (batch.lines.length >= BATCH_EVENTS || batch.bytes >= BATCH_BYTES) await send();
    }
  };
  const reader = new Lines();
  const { stdin } = call.terminal;
  const isInput = file === '-';
  if (isInput && stdin.isTTY === true) call.say('reading events from the terminal; Ctrl-D ends them');
  for await (const chunk of chunks(isInput ? stdin : createReadStream(file), file)) {
    await take(reader.push(chunk));
    // What flows slowly is sent as it comes.
    if (isInput && stdin.readableLength === 0) await send();
  }
  await take(reader.end());
  await send();
  await call.listing.one({ ...totals });
  return totals.rejected > 0 ? EXIT.no : EXIT.ok;
}

async function* chunks(source: AsyncIterable<unknown>, file: string): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<unknown>;
    try {
      next = await iterator.next();
    } catch (error) {
      throw new Failure(`cannot read ${file === '-' ? 'standard input' : file}: ${reason(error)}`);
    }
    if (next.done === true) return;
    yield typeof next.value === 'string' ? Buffer.from(next.value) : (next.value as Buffer);
  }
}

/** The same key each time: what came through before its answer was lost is not taken twice. */
async function sendBatch(call: Call, path: string, { lines }: Batch, totals: Totals): Promise<void> {
  const asking = {
    body: lines.map(({ text }) => text).join('\n'),
    type: 'application/x-ndjson',
    headers: { 'idempotency-key': randomUUID() },
  };
  for (let tries = 1; ; tries++) {
    try {
      const answer = (await call.connection.send('POST', path, asking)) as JsonObject;
      totals.accepted += Number(answer['accepted']);
      totals.duplicates += Number(answer['duplicates']);
      refuse(call, lines, answer['rejected'] as readonly JsonObject[], totals);
      return;
    } catch (error) {
      if (error instanceof ProblemAnswer && error.code === 'no_event_taken') {
        refuse(call, lines, error.errors, totals);
        return;
      }
      const isPassing = error instanceof Unreachable || (error instanceof ProblemAnswer && comesAgain(error));
      if (!isPassing || tries === TRIES) throw given(error, lines, totals);
      const asked = error instanceof ProblemAnswer ? error.retryAfter : 0;
      await wait(Math.min(LONGEST_WAIT, Math.max(asked, 100 * 2 ** tries)));
    }
  }
}

function comesAgain({ status }: ProblemAnswer): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function refuse({ say }: Call, lines: Batch['lines'], errors: readonly JsonObject[], totals: Totals): void {
  totals.rejected += errors.length;
  for (const { index, code, message } of errors) {
    say(`line ${lines[Number(index)]?.number ?? '?'}: ${String(message)} [${String(code)}]`);
  }
}

/** The error with what has come of it so far. */
function given(error: unknown, lines: Batch['lines'], { accepted, duplicates }: Totals): unknown {
  if (!(error instanceof Unreachable) && !(error instanceof ProblemAnswer)) return error;
  if (error instanceof ProblemAnswer && error.status < 500 && error.status !== 429) return error;
  const before = `${count(accepted + duplicates, 'event')} taken; go on at line ${lines[0]?.number ?? 1}`;
  return new Failure(`${error.message} (${before})`);
}
