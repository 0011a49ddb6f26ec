import type { Inspection } from '../engine/explain/inspection.js';
import type { Miss, RowPlace } from '../engine/explain/misses.js';
import { formatTimestamp, isTimestamp } from '../event/timestamp.js';
import { count } from './report.js';

/** What `run` knows of its input besides the engine. */
export interface InputFacts {
  /** The line that a row came from, by its offset. */
  lineOf(offset: number): number;
  /** The latest event time of the input, in milliseconds. */
  readonly latest: number;
  /** Streams whose rows have a time of their own. */
  readonly timed: ReadonlySet<string>;
}

/** What became of the starts of a rule that gave no match, a line each and more; nothing for a plain SELECT. */
export function missLines(rule: string, { hits, misses, missed }: Inspection, facts: InputFacts): string[] {
  if (hits.length === 0) return [];
  const held = hits.map(({ variable, rows }) => `${variable} on ${rows.toLocaleString('en-US')}`).join(', ');
  const lines = [`rule '${rule}': ${summary(missed, misses.length)}`];
  for (const miss of misses) lines.push(...linesOf(miss, facts));
  if (missed > misses.length && misses.length > 0)
    lines.push(`  and ${(missed - misses.length).toLocaleString('en-US')} more`);
  const conditions = hits.filter(({ condition }) => condition !== null);
  if (missed === 0)
    lines.push(...conditions.map(({ variable, condition }) => `  ${variable} is ${condition ?? ''}`));
  lines.push(`  rows on which a condition held, where it was asked: ${held}`);
  return lines;
}

function summary(missed: number, shown: number): string {
  if (missed === 0) return 'no match began that was not completed';
  const starts = missed === 1 ? '1 start gave no match' : `${count(missed, 'start')} gave no match`;
  return shown < missed ? `${starts}; those that came nearest:` : `${starts}, the nearest first:`;
}

function linesOf(miss: Miss, facts: InputFacts): string[] {
  const key = Object.entries(miss.key).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const came = miss.labels.map(({ variable, rows }) => `${variable} ${rows.toLocaleString('en-US')}`);
  const lacked = miss.needs === 0 ? '' : `; ${count(miss.needs, 'more row')} needed`;
  return [
    `  ${key.length === 0 ? '' : `${key.join(', ')}: `}began on ${placeOf(miss.start, facts)}, came to ${came.join(', ') || 'nothing'}${lacked}`,
    ...endOf(miss, facts).map((line) => `    ${line}`),
  ];
}

function endOf(miss: Miss, facts: InputFacts): string[] {
  const waited = miss.attempts.filter(({ isAbsent }) => !isAbsent).map(({ variable }) => variable);
  const waiting = waited.length === 0 ? '' : `, waiting for ${waited.join(' or ')}`;
  const row = miss.row === null ? null : placeOf(miss.row, facts);
  switch (miss.how) {
    case 'row':
      return [`ended by ${row ?? 'a row'}: ${verdictsOf(miss)}`];
    case 'passed_over':
      return [
        miss.by === null
          ? 'passed over by a match'
          : `passed over by the match that began on ${placeOf(miss.by, facts)}`,
      ];
    case 'limit':
      return [`dropped at the rule's limit${waiting}`];
    case 'within':
    case 'end': {
      const isOver = miss.how === 'within' && miss.deadline !== null && miss.deadline < facts.latest;
      const end = isOver ? `WITHIN was over at ${timeOf(miss.deadline)}` : 'open when the input ended';
      const verdicts = verdictsOf(miss);
      return [
        `${end}${waiting}`,
        ...(row === null || verdicts === '' ? [] : [`last of its key came ${row}: ${verdicts}`]),
      ];
    }
  }
}

/** How the row did as what was waited for. */
function verdictsOf({ attempts }: Miss): string {
  return attempts
    .flatMap(({ variable, isAbsent, stream, condition, verdict }) => {
      if (verdict === null) return [];
      const of = stream === null ? '' : `a row of ${stream}${condition === null ? '' : ' with '}`;
      const values = Object.entries(verdict.values).map(
        ([text, value]) => `${text} = ${JSON.stringify(value)}`,
      );
      const read = values.length === 0 ? '' : `; ${values.join(', ')}`;
      const asked = `${of}${condition ?? ''}${read}`;
      if (isAbsent) return [`${variable}, which must not come (${asked})`];
      if (verdict.held) return [`${variable}, but the pattern could not end there`];
      return [`no ${variable} (${asked})`];
    })
    .join(', ');
}

function placeOf({ stream, offset, time }: RowPlace, { lineOf, timed }: InputFacts): string {
  return `line ${lineOf(offset)}${timed.has(stream) ? ` at ${timeOf(time)}` : ''}`;
}

function timeOf(time: number | null): string {
  return time !== null && isTimestamp(time) ? formatTimestamp(time) : 'a time that no calendar has';
}
