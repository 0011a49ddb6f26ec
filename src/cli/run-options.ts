import { readArguments } from './command.js';
import { UsageError } from './terminal.js';

/** What the command line of `tocsin run` says. */
export interface RunOptions {
  readonly files: readonly string[];
  /** Null: standard input. */
  readonly input: string | null;
  readonly format: 'ndjson' | 'csv';
  readonly stream: string | null;
  readonly streamField: string;
  readonly time: string | null;
  readonly follow: boolean;
  readonly tag: string | null;
  readonly strict: boolean;
  readonly exitCode: boolean;
  /** How many starts without a match are told of each rule; null: none. */
  readonly misses: number | null;
}

const OPTIONS = {
  input: { type: 'string' },
  format: { type: 'string' },
  stream: { type: 'string' },
  'stream-field': { type: 'string' },
  time: { type: 'string' },
  follow: { type: 'boolean' },
  tag: { type: 'string' },
  strict: { type: 'boolean' },
  'exit-code': { type: 'boolean' },
  'explain-misses': { type: 'boolean' },
  misses: { type: 'string' },
} as const;

/** @throws UsageError when an option is unknown, empty or contradicts another */
export function readRunOptions(args: readonly string[]): RunOptions {
  const { values, positionals } = readArguments(args, OPTIONS);
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new UsageError(`option '--${name}' needs a value`);
  }
  if (values.stream !== undefined && values['stream-field'] !== undefined) {
    throw new UsageError('--stream gives all input to one stream, so --stream-field has nothing to say');
  }
  const input = values.input === undefined || values.input === '-' ? null : values.input;
  return {
    files: positionals,
    input,
    format: readFormat(values.format, input),
    stream: values.stream ?? null,
    streamField: values['stream-field'] ?? 'stream',
    time: values.time ?? null,
    follow: values.follow === true,
    tag: values.tag ?? null,
    strict: values.strict === true,
    exitCode: values['exit-code'] === true,
    misses: readMisses(values['explain-misses'] === true, values.misses),
  };
}

const FEW_MISSES = 10;
const MOST_MISSES = 1_000;

function readMisses(isAsked: boolean, most: string | undefined): number | null {
  if (most === undefined) return isAsked ? FEW_MISSES : null;
  const number = /^\d{1,4}$/.test(most) ? Number(most) : 0;
  if (number >= 1 && number <= MOST_MISSES) return number;
  throw new UsageError(`--misses ${most}: it is a whole number from 1 to ${MOST_MISSES}`);
}

function readFormat(format: string | undefined, input: string | null): 'ndjson' | 'csv' {
  if (format === undefined) return input !== null && /\.csv$/i.test(input) ? 'csv' : 'ndjson';
  if (format === 'ndjson' || format === 'csv') return format;
  throw new UsageError(`--format ${format}: it is 'ndjson' or 'csv'`);
}

export const RUN_HELP = `Runs rules over events: events in, matches out as NDJSON, one object a row of the select list.

Usage: tocsin run RULE.sql... [OPTION]...

A stream with no declared WATERMARK is read to its end and sorted, so the result is the ISO batch result. With a
declared WATERMARK, or --follow, rows flow, matches come out as soon as they are final, and late rows are reported.
The end of input closes everything.

Options:
      --input FILE          events; standard input by default
      --format ndjson|csv   by default NDJSON, and CSV for a FILE that ends in .csv
      --stream NAME         give all input to this stream
      --stream-field FIELD  with several streams: the field that names each event's stream (default 'stream')
      --time COLUMN         the event time: ISO 8601 text or epoch milliseconds; by default the declared watermark's
                            column, else the first ORDER BY column
      --follow              rows flow without a declared watermark too (tail -f log | tocsin run --follow ...)
      --tag FIELD           add the rule's name to each row, in this field
      --strict              exit 3 when a line could not be read
      --exit-code           exit 1 when there was no match
      --explain-misses      say on standard error which starts gave no match, and which condition stopped each on which
                            row: of each rule the 10 that came nearest, and how many more there are
      --misses N            the same for N of each rule
  -h, --help                this text

Lines that cannot be read go to standard error with their number and are counted; the rest is matched.
Warnings about the rules are shown on a terminal; 'tocsin check' shows them always.

Exit codes: 0 fine, 1 a rule is invalid (or no match with --exit-code), 2 wrong usage, 3 failure.

Example:
  tocsin run rules/card_testing.sql --input rules/card_testing.events.ndjson
`;
