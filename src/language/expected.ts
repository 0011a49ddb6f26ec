const NAMES = ['%word', '%clause', '%form', '%quoted', '%reserved'];

/** What an expression may begin with: said as one thing. */
const EXPRESSION = [
  ...NAMES,
  ...[
    '%integer',
    '%number',
    '%string',
    '%parameter',
    '(',
    '-',
    '+',
    'NOT',
    'CASE',
    'CAST',
    'TRY_CAST',
    'EXTRACT',
  ],
  ...['TRUE', 'FALSE', 'NULL', 'TIMESTAMP', 'INTERVAL', 'RUNNING', 'FINAL', 'SUBSTRING', 'POSITION', 'TRIM'],
  ...['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME', 'LOCALTIMESTAMP', 'LOCALTIME'],
];
const OPERATORS = [
  ...['OR', 'AND', 'IS', 'NOT', 'BETWEEN', 'IN', 'LIKE', '=', '<>', '!=', '<', '<=', '>', '>='],
  ...['||', '+', '-', '*', '/', '%', '.', '[', '('],
];
const PATTERN = [...NAMES, '(', '^', '$', '{-', '->', 'NOT', 'PERMUTE'];
const QUANTIFIERS = ['*', '+', '?', '{'];
const LITERALS = ['%integer', '%number', '%string', 'TRUE', 'FALSE', 'NULL', 'TIMESTAMP', 'INTERVAL', '-'];
const UNITS = ['YEAR', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND'].flatMap((unit) => [
  unit,
  `${unit}S`,
]);

/** Sets that are said as one phrase: recognised by a member, in this order. */
const GROUPS: readonly {
  readonly by: string;
  readonly members: readonly string[];
  readonly phrase: string;
}[] = [
  { by: 'WEEKS', members: UNITS, phrase: 'a unit such as MINUTE' },
  { by: '^', members: PATTERN, phrase: 'a pattern variable' },
  { by: '{', members: QUANTIFIERS, phrase: '' },
  { by: 'EXTRACT', members: EXPRESSION, phrase: 'an expression' },
  { by: '/', members: OPERATORS, phrase: 'an operator' },
  { by: 'FALSE', members: [...LITERALS, '%parameter'], phrase: 'a value' },
  {
    by: 'CHARACTER',
    members: ['%word', 'DOUBLE', 'CHARACTER', 'TIMESTAMP', 'INTERVAL', 'ARRAY', 'ROW'],
    phrase: 'a type',
  },
  { by: '%quoted', members: NAMES, phrase: 'a name' },
  { by: '%word', members: NAMES, phrase: 'a word' },
];

const PHRASES: Readonly<Record<string, string>> = {
  '%string': 'a text in quotes',
  '%integer': 'a whole number',
  '%number': 'a number',
  '%parameter': 'a parameter',
  ORDER: 'ORDER BY',
  PARTITION: 'PARTITION BY',
  ONE: 'ONE ROW PER MATCH',
  ALL: 'ALL ROWS PER MATCH',
  AFTER: 'AFTER MATCH',
  EMIT: 'EMIT EARLIEST',
};

/** Words that the grammar reads only to say that they are not built. */
const UNBUILT = [
  ...[
    'GROUP',
    'HAVING',
    'WINDOW',
    'LIMIT',
    'OFFSET',
    'FETCH',
    'UNION',
    'INTERSECT',
    'EXCEPT',
    'TABLE',
    'TUMBLE',
    'HOP',
  ],
  ...['SESSION', 'CUMULATE', 'JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'NATURAL', 'FOR', 'DISTINCT'],
];

/** Whether a word is never offered. */
export function unlisted(text: string): boolean {
  return UNBUILT.includes(text);
}

/** What could have stood there, as a phrase: `PATTERN or MEASURES`. `end`: the statement may end there as well. */
export function describeExpected(expected: ReadonlySet<string>, end: boolean): string {
  const left = new Set([...expected].filter((text) => !unlisted(text)));
  const phrases: string[] = [];
  for (const { by, members, phrase } of GROUPS) {
    if (!left.has(by)) continue;
    for (const member of members) left.delete(member);
    if (phrase !== '') phrases.push(phrase);
  }
  const words = [...left].map((text) => PHRASES[text] ?? (/^\w/.test(text) ? text : `\`${text}\``));
  // Rare first: where a key word could stand, an operator could as well most of the time.
  const all = [...words, ...phrases];
  if (end) all.push('the end of the statement');
  const shown = all.length > 9 ? [...all.slice(0, 8), 'something else'] : all;
  return shown.length < 2
    ? (shown[0] ?? 'nothing more')
    : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
