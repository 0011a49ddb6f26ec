/**
 * Words that are no names unless they are quoted, because a text would be ambiguous without it (`INTERVAL - '1' HOUR`) or
 * because every SQL reserves them. Behind a dot each of them is a name: `window.end`.
 */
export const RESERVED: ReadonlySet<string> = new Set([
  ...['SELECT', 'DISTINCT', 'FROM', 'WHERE', 'AS', 'MATCH_RECOGNIZE', 'PERMUTE'],
  ...['AND', 'OR', 'NOT', 'IN', 'IS', 'LIKE', 'BETWEEN', 'NULL', 'TRUE', 'FALSE'],
  ...['CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'INTERVAL', 'BOTH', 'LEADING', 'TRAILING'],
  ...['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME', 'LOCALTIMESTAMP', 'LOCALTIME'],
]);

/** Words that are names, but as an alias only behind AS: each can follow what an alias follows. */
export const CLAUSE: ReadonlySet<string> = new Set([
  ...[
    'ORDER',
    'GROUP',
    'HAVING',
    'LIMIT',
    'OFFSET',
    'FETCH',
    'UNION',
    'INTERSECT',
    'EXCEPT',
    'WINDOW',
    'WITH',
  ],
  ...['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'NATURAL', 'ON', 'USING', 'FOR', 'ESCAPE'],
]);

/** Words that are names, but begin a form of their own where a parenthesis follows. */
export const FORM: ReadonlySet<string> = new Set(['CAST', 'TRY_CAST', 'EXTRACT', 'POSITION']);

/** Functions that are called without parentheses. */
export const NILADIC: ReadonlySet<string> = new Set([
  'CURRENT_TIMESTAMP',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'LOCALTIMESTAMP',
  'LOCALTIME',
]);
