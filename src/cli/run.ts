import { createReadStream } from 'node:fs';
import { AbsentColumns } from './absent-columns.js';
import type { Command } from './command.js';
import { Intake } from './intake.js';
import { Output } from './output.js';
import { Player } from './player.js';
import { type Prepared, prepare } from './prepare.js';
import { CsvReader, NdjsonReader, type Reader } from './reader.js';
import { inOrder, isError, renderProblems } from './report.js';
import { readRuleFiles, reason } from './rule-files.js';
import { RUN_HELP, type RunOptions, readRunOptions } from './run-options.js';
import { Tally } from './tally.js';
import { EXIT, Failure, hasColor, type Terminal } from './terminal.js';

/** `tocsin run`: a Unix filter, events in and matches out. */
export const run: Command = {
  help: RUN_HELP,
  async run(args, terminal) {
    const options = readRunOptions(args);
    const prepared = prepare(await readRuleFiles(options.files), options);
    // What a rule's author should know is for a person; in a pipe only what stops the run is said.
    const problems = inOrder(prepared.problems).filter(
      (problem) => terminal.stderr.isTTY || isError(problem),
    );
    if (problems.length > 0)
      terminal.stderr.write(renderProblems(problems, hasColor(terminal.stderr, terminal.env)));
    if (problems.some(isError)) return EXIT.no;
    const tally = await play(prepared, options, terminal);
    if (options.strict && tally.refused > 0) return EXIT.failure;
    return options.exitCode && tally.rows === 0 ? EXIT.no : EXIT.ok;
  },
};

async function play(prepared: Prepared, options: RunOptions, terminal: Terminal): Promise<Tally> {
  const { stderr } = terminal;
  const tally = new Tally();
  const intake = new Intake(prepared.streams, prepared.routing, prepared.needTime, Date.now);
  const absent = new AbsentColumns(prepared.rules);
  const output = new Output(terminal.stdout);
  const player = new Player(prepared, options.tag, options.misses);
  const reader = readerFor(prepared, options);
  const say = (line: number, text: string): void => {
    stderr.write(`tocsin run: line ${line}: ${text}\n`);
  };

  const take = async (items: ReturnType<Reader['push']>): Promise<void> => {
    for (const item of items) {
      const row = 'problem' in item ? item.problem : intake.take(item.json);
      if ('code' in row) {
        tally.refused++;
        say(item.line, `${row.message} [${row.code}]`);
        continue;
      }
      tally.events++;
      absent.see(row);
      player.append(row, item.line);
    }
    await emit();
  };
  const emit = async (): Promise<void> => {
    for (const event of player.take()) {
      if (event.kind === 'late') {
        tally.late++;
        say(event.line, event.text);
        continue;
      }
      tally.rows++;
      output.line(event.text);
      if (output.full) await output.flush();
    }
    await output.flush();
  };

  const progress = new Progress(terminal);
  for await (const chunk of chunks(options, terminal)) {
    await take(reader.push(chunk));
    progress.show(tally);
  }
  await take(reader.end());
  player.end();
  await emit();
  progress.clear();
  for (const sentence of [...absent.sentences(), ...player.faults()])
    stderr.write(`tocsin run: ${sentence}\n`);
  for (const line of player.misses()) stderr.write(`${line.startsWith(' ') ? '' : 'tocsin run: '}${line}\n`);
  if (tally.worthSaying || stderr.isTTY) stderr.write(`tocsin run: ${tally}\n`);
  return tally;
}

function readerFor({ streams, routing }: Prepared, { format }: RunOptions): Reader {
  if (format === 'ndjson') return new NdjsonReader();
  const schema = streams.find((stream) => 'to' in routing && stream.schema.name === routing.to)?.schema;
  return new CsvReader(schema?.declared ? schema : null);
}

/** The input's bytes. @throws Failure when it cannot be read */
async function* chunks({ input }: RunOptions, { stdin, stderr }: Terminal): AsyncGenerator<Buffer> {
  if (input === null && stdin.isTTY)
    stderr.write('tocsin run: reading events from the terminal; Ctrl-D ends them\n');
  const source = input === null ? stdin : createReadStream(input);
  try {
    for await (const chunk of source)
      yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
  } catch (error) {
    throw new Failure(`cannot read ${input ?? 'standard input'}: ${reason(error)}`);
  }
}

/** A running count on a terminal, when the matches go elsewhere. */
class Progress {
  private static readonly EVERY = 50_000;
  private readonly terminal: Terminal;
  private shown = 0;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show({ events }: Tally): void {
    const { stderr, stdout } = this.terminal;
    if (!stderr.isTTY || stdout.isTTY || events - this.shown < Progress.EVERY) return;
    this.shown = events;
    stderr.write(`\r${events.toLocaleString('en-US')} events`);
  }

  clear(): void {
    if (this.shown > 0) this.terminal.stderr.write('\r\u001b[K');
  }
}
