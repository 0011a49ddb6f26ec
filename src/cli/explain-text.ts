import { formatDuration } from '../event/duration.js';
import type { RuleExplanation } from '../runtime/explanation.js';

type Match = NonNullable<RuleExplanation['match']>;
type State = Match['automaton']['states'][number];

/** The width of a line, beyond which it goes on in the next. */
const WIDTH = 110;

/** An explanation as people read it. */
export function explanationText(explanation: RuleExplanation): string {
  const { rule, match, where, output, indexes, warnings } = explanation;
  const sections: (readonly [string, readonly string[]])[] = [
    ['streams', explanation.streams.map(streamLine)],
    ...(match === null ? [] : matchHead(match, explanation.input)),
    ...(where === null ? [] : ([['where', [where]]] as const)),
    ['rows that are looked at', indexes.flatMap(indexLines)],
    ...(match === null ? [] : matchTail(match)),
    ['output', table(output.map(({ name, expression }) => [name, expression]))],
    ['warnings', warnings.flatMap(warningLines)],
  ];
  const isBounded = explanation.input === 'bounded';
  const lines = [`rule ${rule}${isBounded ? ', on input that ends: a server does not take it' : ''}`];
  for (const [title, body] of sections) {
    if (body.length === 0) continue;
    lines.push('', title, ...body.flatMap((line) => wrap(`  ${line}`)));
  }
  return `${lines.join('\n')}\n`;
}

function streamLine({
  stream,
  isDeclared,
  eventTime,
  delay,
  key,
}: RuleExplanation['streams'][number]): string {
  const time =
    eventTime === null
      ? 'event time is the arrival'
      : `event time ${eventTime}, watermark ${delay === 0 ? 'at the latest event' : `${lower(delay)} behind the latest event`}`;
  const keyed = key.length === 0 ? '' : `; key ${key.join(', ')}`;
  return `${stream}  ${isDeclared ? '' : 'not declared; '}${time}${keyed}`;
}

function indexLines({ stream, isIndexed, tests, reason }: RuleExplanation['indexes'][number]): string[] {
  const what = !isIndexed ? 'every row' : tests.length === 0 ? 'none by itself' : tests.join('  or  ');
  return [`${stream}  ${what}`, `  ${reason}`];
}

function matchHead(match: Match, input: RuleExplanation['input']): (readonly [string, readonly string[]])[] {
  const key = match.key.map(({ name, expression }) =>
    name === expression ? name : `${expression} as ${name}`,
  );
  const by = input === 'stream' ? 'rows of one time by' : 'rows in order of';
  const order = match.orderBy.length === 0 ? '' : `, ${by} ${match.orderBy.join(', ')}`;
  return [
    [
      'pattern',
      [match.pattern, `for ${key.length === 0 ? 'all rows together' : `each ${key.join(', ')}`}${order}`],
    ],
    ['conditions', conditionLines(match)],
  ];
}

function conditionLines({ predicates }: Match): string[] {
  return predicates.flatMap((each) => {
    const { variable, stream, condition, roles, readsRowAlone, earlier, indexNote } = each;
    const of = stream === null ? '' : `row of ${stream}${condition === null ? '' : ' with '}`;
    const not = roles.includes('label') ? '' : 'NOT ';
    const asked = condition === null && stream === null ? 'any row' : `${of}${condition ?? ''}`;
    return [
      `${not}${variable}  ${asked}`,
      `  ${readsRowAlone ? 'reads the row alone' : `reads earlier rows: ${earlier.join(', ')}`}; ${indexNote}`,
    ];
  });
}

function matchTail(match: Match): (readonly [string, readonly string[]])[] {
  const { automaton, finality, keeping, skip, measures } = match;
  const starts = automaton.starts.map(({ state, onlyFirstRow }) =>
    onlyFirstRow ? `${state} (at the first row of a key)` : state,
  );
  return [
    [
      `automaton of ${automaton.instructions} instructions; where several follow, in order of preference`,
      [
        ...table([['start', '', starts.join(', ')], ...automaton.states.map(stateCells)]),
        ...automaton.notes.map((note) => `note: ${note}`),
      ],
    ],
    ['when a match is out', finality.sentences],
    ['what is kept', keeping.sentences],
    ['skip', [skip.clause, skip.sentence]],
    ['measures', table(measures.map(({ name, expression }) => [name, expression]))],
  ];
}

function stateCells(state: State): string[] {
  const { id, kind, next, needs } = state;
  const rows =
    kind === 'match' || kind === 'match_at_end' ? '' : `${needs} ${needs === 1 ? 'row' : 'rows'} to go`;
  const after = [...next, ...(kind === 'wait' ? ['match when WITHIN is over'] : [])];
  return [
    id,
    takes(state),
    [`then ${after.join(', ')}`, rows].filter((part) => part !== 'then ' && part !== '').join('; '),
  ];
}

function takes({ kind, variable, excluded, absent }: State): string {
  const but = absent.length === 0 ? '' : ` but ${absent.join(' or ')}`;
  switch (kind) {
    case 'label':
      return `${variable ?? ''}${excluded ? ' (not in the output)' : ''}`;
    case 'match':
      return 'match';
    case 'match_at_end':
      return 'match, if no row follows';
    default:
      return `any row${but}`;
  }
}

function warningLines({
  code,
  message,
  hint,
  line,
  column,
  why,
}: RuleExplanation['warnings'][number]): string[] {
  return [
    `${line}:${column} ${code}: ${message}`,
    ...(why === null ? [] : [`  why: ${why}`]),
    ...(hint === null ? [] : [`  hint: ${hint}`]),
  ];
}

/** Cells in columns. */
function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.min(40, Math.max(...rows.map((row) => row[i]?.length ?? 0))),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(i + 1 < columns ? widths[i]! : 0))
      .join('  ')
      .trimEnd(),
  );
}

function lower(milliseconds: number): string {
  return formatDuration(milliseconds).toLowerCase();
}

/** A long line goes on at the same indent, further in. */
function wrap(line: string): string[] {
  const indent = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > WIDTH) {
    const at = rest.lastIndexOf(' ', WIDTH);
    if (at <= indent.length) break;
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at + 1);
  }
  return [...lines, rest];
}
