import type { StreamSchema } from '../event/schema.js';
import { parseTimestamp } from '../event/timestamp.js';
import type { Value } from '../event/value.js';
import { type RuleText, refersTo } from './rule-set.js';
import { UsageError } from './terminal.js';

/** Where a stream's event time comes from in `run`: `--time`, the declared watermark, or the first ORDER BY column. */
export interface TimeColumn {
  readonly name: string;
  readonly from: 'option' | 'watermark' | 'order';
}

/** A stream that is read, with the schema to bind and decode by. */
export interface TimedStream {
  readonly schema: StreamSchema;
  /** Null: events have their arrival as their time. */
  readonly time: TimeColumn | null;
}

/**
 * Finds the event time of a stream (interfaces.md, `tocsin run`).
 * @param option the column of `--time`, or null
 * @param exact whether rules that order by different columns are an error; on bounded input without WITHIN the time
 *   of a row is of no consequence
 * @throws UsageError when a declared stream lacks the column, or rules disagree
 */
export function timeStream(
  schema: StreamSchema,
  rules: readonly RuleText[],
  option: string | null,
  exact: boolean,
): TimedStream {
  const time = timeColumn(schema, rules, option, exact);
  if (time === null || time.from === 'watermark') return { schema, time };
  const declared = schema.columns.find(({ name }) => name === time.name);
  // A declared column of another type than TIMESTAMP is read here, not by the stream's decoder.
  if (declared && declared.type.kind !== 'TIMESTAMP') return { schema: { ...schema, eventTime: null }, time };
  return { schema: { ...schema, eventTime: time.name }, time };
}

function timeColumn(
  schema: StreamSchema,
  rules: readonly RuleText[],
  option: string | null,
  exact: boolean,
): TimeColumn | null {
  if (option !== null) {
    const name = columnName(schema, option, false);
    if (name === null) {
      const columns = schema.columns.map((column) => column.name).join(', ');
      throw new UsageError(`--time ${option}: stream '${schema.name}' has no such column; it has ${columns}`);
    }
    return { name, from: 'option' };
  }
  if (schema.eventTime !== null) return { name: schema.eventTime, from: 'watermark' };
  const ordered = rules.flatMap((rule) => orderColumn(rule, schema) ?? []);
  const [first] = ordered;
  if (first === undefined) return null;
  const other = ordered.find((name) => name !== first);
  if (other !== undefined && exact) {
    throw new UsageError(
      `rules order '${schema.name}' by '${first}' and by '${other}': name the event time with --time COLUMN`,
    );
  }
  return { name: first, from: 'order' };
}

/** The first ORDER BY column of a MATCH_RECOGNIZE over the stream, or null where it is not a column of it. */
function orderColumn(rule: RuleText, schema: StreamSchema): string | null {
  const expression = rule.query.from.matchRecognize?.orderBy[0]?.expression;
  const source = rule.query.from.streams.find((reference) => refersTo(reference, schema.name));
  if (!source || expression?.kind !== 'reference') return null;
  const steps = expression.path.flatMap((step) => (step.kind === 'identifier' ? [step] : []));
  if (steps.length !== expression.path.length) return null;
  const [first, second] = steps;
  if (!first || steps.length > 2) return null;
  if (!second) return columnName(schema, first.name, first.quoted);
  const qualifiers = [source.name.name, source.alias?.name].map((name) => name?.toLowerCase());
  return qualifiers.includes(first.name.toLowerCase())
    ? columnName(schema, second.name, second.quoted)
    : null;
}

/** The column's declared spelling; what is written where the stream is undeclared. */
function columnName(schema: StreamSchema, written: string, quoted: boolean): string | null {
  if (!schema.declared) return written;
  const exact = schema.columns.find(({ name }) => name === written);
  if (exact || quoted) return exact?.name ?? null;
  return schema.columns.find(({ name }) => name.toLowerCase() === written.toLowerCase())?.name ?? null;
}

/** The furthest a JavaScript date reaches, in milliseconds from the epoch. */
const FURTHEST = 8.64e15;

/** A value as event time: ISO 8601 text or epoch milliseconds; null where it is neither. */
export function readTime(value: Value | undefined): number | null {
  if (typeof value === 'number') return Math.abs(value) <= FURTHEST ? value : null;
  return typeof value === 'string' ? parseTimestamp(value) : null;
}
