import { count } from '../report.js';
import { EXIT } from '../terminal.js';
import { EventSource } from './event-source.js';
import type { Call } from './group.js';
import { type Column, pairs } from './listing.js';
import { wholeNumber } from './pages.js';
import { type JsonObject, ProblemAnswer } from './problem.js';
import type { PlacedStatement } from './statements.js';

const FOUND: readonly Column[] = [
  ['start', ({ window }) => (window as JsonObject)['start']],
  ['end', ({ window }) => (window as JsonObject)['end']],
  ['kind', ({ kind, fires }) => (fires === true ? kind : `${String(kind)} (no alert)`)],
  ['key', ({ key }) => pairs(key)],
  ['row', ({ row, rows }) => (rows === undefined ? pairs(row) : JSON.stringify(rows))],
];

/** Runs a rule over the server's log, shows how far it is, then what it found. */
export async function backtest(call: Call, placed: PlacedStatement, name: string): Promise<number> {
  const { connection, options, flags, listing } = call;
  const limit = wholeNumber(options['limit'], '--limit');
  const response = await connection.open('POST', '/v1/rules/backtest', {
    headers: { accept: 'text/event-stream' },
    body: {
      query: placed.text,
      ...(name === '' ? {} : { name }),
      ...(options['from'] === undefined ? {} : { from: options['from'] }),
      ...(options['to'] === undefined ? {} : { to: options['to'] }),
      ...(limit === null ? {} : { limit }),
    },
  });
  const result = await resultOf(call, response);
  if (listing.isJson) await listing.one(result);
  else await listing.table(result['items'] as readonly JsonObject[], FOUND);
  if (!listing.isJson || call.terminal.stderr.isTTY === true) call.say(summary(result));
  return flags.has('exit-code') && result['matches'] === 0 ? EXIT.no : EXIT.ok;
}

async function resultOf(call: Call, response: Response): Promise<JsonObject> {
  const { stderr, stdout } = call.terminal;
  let isShown = false;
  let result: JsonObject | null = null;
  for await (const { event, data } of new EventSource(response, call.connection.server).events()) {
    const said = JSON.parse(data) as JsonObject;
    if (event === 'problem') throw new ProblemAnswer(Number(said['status']), said, 0);
    if (event === 'result') result = said;
    else if (event === 'progress' && stderr.isTTY === true && stdout.isTTY !== true) {
      const { first, next, position } = said['log'] as Record<string, number>;
      const part = ((position ?? 0) - (first ?? 0)) / Math.max(1, (next ?? 0) - (first ?? 0));
      stderr.write(`\r${Math.round(part * 100)} %`);
      isShown = true;
    }
  }
  if (isShown) stderr.write('\r\u001b[K');
  if (result === null) throw new ProblemAnswer(503, { detail: 'the answer ended before the result' }, 0);
  return result;
}

function summary(result: JsonObject): string {
  const { events, matches, late, suppressed, complete, watermark } = result;
  const open = result['open'] as JsonObject;
  const parts = [
    count(Number(events), 'event'),
    count(Number(matches), 'match', 'es'),
    ...(suppressed === 0 ? [] : [`${String(suppressed)} suppressed`]),
    ...(late === 0 ? [] : [`${String(late)} late`]),
    `${String(open['matches'])} still open`,
    ...(open['waiting'] === 0 ? [] : [`${count(Number(open['waiting']), 'event')} before the watermark`]),
    watermark === null ? 'nothing seen' : `up to ${String(watermark)}`,
  ];
  return `${parts.join(', ')}${complete === false ? '; the time was over before the end of the log' : ''}`;
}
