import { namesOf } from '../../src/engine/explain/names.js';
import { patternOf } from '../../src/engine/explain/pattern.js';
import { intervalOf, type Names, nameOf, sqlOf } from '../../src/engine/explain/sql.js';
import type { Row } from '../../src/event/row.js';
import type { Bound, MatchPlan, PatternPlan, RulePlan } from '../../src/language/plan.js';

/** The streams that generated rules read, `schema` and `secondSchema` of `arbitrary_plan.ts`. */
export const STREAMS_TEXT = `CREATE STREAM s (k VARCHAR NOT NULL, v BIGINT, at TIMESTAMP NOT NULL, WATERMARK FOR at AS at);
CREATE STREAM r (k VARCHAR NOT NULL, v BIGINT, at TIMESTAMP NOT NULL, w BIGINT, WATERMARK FOR at AS at);`;

/** A generated rule as it would be written; `numberOf`: how numbers in its conditions are written, for parameters. */
export function planText(
  plan: RulePlan & { operator: MatchPlan },
  numberOf: (digits: string) => string = (digits) => digits,
): string {
  const { operator: p, sources } = plan;
  const subsets = new Subsets(namesOf(plan));
  const measures = p.measures.slice(1).map((each) => `${subsets.sqlOf(each.expression)} AS ${each.name}`);
  const conditions = [...variablesOf(p)].sort().flatMap((index) => {
    const { name, stream, condition } = p.variables[index]!;
    const asked = condition === null ? null : subsets.sqlOf(condition).replace(/(?<=[<>=] )\d+/g, numberOf);
    if (stream === null) return asked === null ? [] : [`${name} AS ${asked}`];
    return [`${name} AS ${stream}${asked === null ? '' : ` WHERE ${asked}`}`];
  });
  const order = p.orderBy.map(
    ({ expression, descending }) => subsets.sqlOf(expression) + (descending ? ' DESC' : ''),
  );
  if (order.length === 1) order.unshift('at');
  const within = p.within === null ? '' : ` WITHIN ${intervalOf(p.within)}`;
  const skip = skipOf(p, subsets);
  const clauses = [
    'PARTITION BY k',
    order.length > 0 && `ORDER BY ${order.join(', ')}`,
    measures.length > 0 && `MEASURES ${measures.join(', ')}`,
    rowsPerMatchOf(p),
    `AFTER MATCH ${skip}`,
    `PATTERN (${patternOf(p)})${within}${p.emitEarliest ? ' EMIT EARLIEST' : ''}`,
    subsets.clause,
    conditions.length > 0 && `DEFINE ${conditions.join(', ')}`,
  ];
  return [
    `SELECT ${p.measures.map(({ name }) => name).join(', ')}`,
    `FROM ${sources.map(({ stream }) => stream).join(', ')} MATCH_RECOGNIZE (`,
    ...clauses.flatMap((clause) => (typeof clause === 'string' && clause !== '' ? [`  ${clause}`] : [])),
    `)${p.where === null ? '' : ` WHERE ${subsets.sqlOf(p.where)}`}`,
  ].join('\n');
}

/** Rows in order of arrival: `x@3=2` is of key x, 3 ms behind the first second, with 2 as its value; `/5`: w, of stream r. */
export function rowsText(rows: readonly Row[]): string {
  return rows
    .map(
      ({ stream, time, values: { k, v, w } }) => `${k}@${time - 1_000}=${v}${stream === 'r' ? `/${w}` : ''}`,
    )
    .join(' ');
}

/** What `rowsText` writes. Throws Error for anything else. */
export function rowsOf(text: string): Row[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((each, offset) => {
      const [, k, at, v, w] = /^(\w)@(\d+)=(\d+|null)(?:\/(\d+|null))?$/.exec(each) ?? [];
      if (k === undefined) throw new Error(`'${each}' is no row`);
      const time = 1_000 + Number(at);
      const value = (digits?: string) => (digits === 'null' ? null : Number(digits));
      const own = w === undefined ? {} : { w: value(w) };
      const stream = w === undefined ? 's' : 'r';
      return { stream, offset, time, arrival: time, values: { k, v: value(v), at: time, ...own } };
    });
}

/** Names for the sets of variables that a plan reads, which it keeps without a name. */
class Subsets {
  readonly #sets = new Map<string, string>();

  constructor(readonly names: Names) {}

  sqlOf(bound: Bound): string {
    return sqlOf(bound, this.names).replace(/\((\w+(?: \| \w+)+)\)/g, (_, list: string) =>
      this.#name(list.split(' | ')),
    );
  }

  of(set: readonly number[]): string {
    const members = set.map((variable) => nameOf(this.names.variables[variable]!));
    return members.length === 1 ? members[0]! : this.#name(members);
  }

  get clause(): string {
    if (this.#sets.size === 0) return '';
    return `SUBSET ${[...this.#sets].map(([name, members]) => `${name} = (${members})`).join(', ')}`;
  }

  #name(members: readonly string[]): string {
    const name = members.join('');
    this.#sets.set(name, members.join(', '));
    return name;
  }
}

function rowsPerMatchOf({ rowsPerMatch, timedOut, unmatchedRows, emptyMatches }: MatchPlan): string {
  if (rowsPerMatch === 'one') return `ONE ROW PER MATCH${timedOut ? ' WITH TIMED OUT MATCHES' : ''}`;
  const shown = unmatchedRows
    ? 'WITH UNMATCHED ROWS'
    : emptyMatches === 'omit'
      ? 'OMIT EMPTY MATCHES'
      : 'SHOW EMPTY MATCHES';
  return `ALL ROWS PER MATCH ${shown}`;
}

function skipOf({ skip }: MatchPlan, subsets: Subsets): string {
  switch (skip.mode) {
    case 'past_last_row':
      return 'SKIP PAST LAST ROW';
    case 'to_next_row':
      return 'SKIP TO NEXT ROW';
    case 'no_skip':
      return 'NO SKIP';
    case 'to_first':
    case 'to_last':
      return `SKIP TO ${skip.mode === 'to_first' ? 'FIRST' : 'LAST'} ${subsets.of(skip.set)}`;
  }
}

/** The variables that stand in PATTERN. */
function variablesOf({ pattern, absentBefore, absentAfter }: MatchPlan): Set<number> {
  const found = new Set([...absentBefore, ...absentAfter]);
  const walk = (part: PatternPlan): void => {
    switch (part.kind) {
      case 'variable':
        found.add(part.variable);
        return;
      case 'gap':
        for (const variable of part.absent) found.add(variable);
        return;
      case 'concatenation':
      case 'permute':
        part.elements.forEach(walk);
        return;
      case 'alternation':
        part.branches.forEach(walk);
        return;
      case 'quantified':
      case 'exclusion':
        walk(part.body);
    }
  };
  walk(pattern);
  return found;
}
