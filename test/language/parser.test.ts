import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateStream, Expression, MatchRecognize, Select, Statement } from '../../src/language/ast.js';
import { parse } from '../../src/language/parser.js';
import { printExpression, printStatement } from '../../src/language/print.js';
import { withoutSpans } from '../support/arbitrary_ast.js';

function whole(text: string): Statement {
  const { statements, diagnostics } = parse(text);
  assert.deepEqual(diagnostics, [], text);
  assert.equal(statements.length, 1, text);
  return statements[0]!;
}

const select = (text: string) => whole(text) as Select;
const match = (clauses: string): MatchRecognize =>
  select(`SELECT * FROM s MATCH_RECOGNIZE (${clauses})`).from.matchRecognize!;

// ---------------------------------------------------------------- forms that are one and the same

const SAME: readonly (readonly [text: string, canonical: string])[] = [
  ['SUBSTRING(s FROM 1 FOR 2)', 'SUBSTRING(s, 1, 2)'],
  ['substring(s from 2)', 'substring(s, 2)'],
  ['POSITION(a IN b)', 'POSITION(a, b)'],
  ["TRIM(BOTH 'x' FROM y)", "TRIM(y, 'x')"],
  ["TRIM(LEADING 'x' FROM y)", "LTRIM(y, 'x')"],
  ['TRIM(TRAILING FROM y)', 'RTRIM(y)'],
  ["TRIM('x' FROM y)", "TRIM(y, 'x')"],
  ["INTERVAL '1' HOURS", "INTERVAL '1' HOUR"],
  ["INTERVAL +'1' DAY TO SECOND", "INTERVAL '1' DAY TO SECOND"],
  ['CAST(x AS INT ARRAY)', 'CAST(x AS ARRAY<INT>)'],
  ['CAST(x AS ARRAY(INT))', 'CAST(x AS ARRAY<INT>)'],
  ['CAST(x AS ROW<a INT, b VARCHAR NOT NULL>)', 'CAST(x AS ROW(a INT, b VARCHAR NOT NULL))'],
  ['cast(x as double  precision)', 'CAST(x AS DOUBLE PRECISION)'],
  ['a <> b', 'a != b'],
];

for (const [text, canonical] of SAME) {
  test(`${text} is ${canonical}`, () => {
    assert.deepEqual(
      withoutSpans(whole(`SELECT ${text} FROM s`)),
      withoutSpans(whole(`SELECT ${canonical} FROM s`)),
    );
  });
}

// ---------------------------------------------------------------- what other engines accept (ISO/IEC 9075-2:2016, 7.7)

const TAKEN: readonly string[] = [
  // Trino's and Oracle's documentation have these forms; the names are ours.
  `SELECT m.k, m.low FROM s MATCH_RECOGNIZE (PARTITION BY k ORDER BY t MEASURES LAST(d.v) AS low, FINAL LAST(u.v) AS high
   ONE ROW PER MATCH AFTER MATCH SKIP TO LAST u PATTERN (o d+ u+) SUBSET du = (d, u)
   DEFINE d AS d.v < PREV(d.v), u AS u.v > PREV(u.v)) AS m WHERE m.low < 3 ORDER BY m.k, m.low`,
  `SELECT * FROM s t MATCH_RECOGNIZE (ORDER BY ts ALL ROWS PER MATCH WITH UNMATCHED ROWS PATTERN (a)) m`,
  `SELECT x FROM s MATCH_RECOGNIZE (MEASURES RUNNING SUM(a.x) AS x, FINAL COUNT(a.*) AS n, CLASSIFIER(a) AS c,
   MATCH_NUMBER() AS no, PREV(LAST(a.x), 2) AS p AFTER MATCH SKIP TO NEXT ROW PATTERN (a*? b{2,}) DEFINE a AS TRUE)`,
  // Flink's: WITHIN behind PATTERN.
  `SELECT T.x FROM s MATCH_RECOGNIZE (PARTITION BY k ORDER BY rowtime MEASURES A.x AS x ONE ROW PER MATCH
   AFTER MATCH SKIP PAST LAST ROW PATTERN (A B*? C) WITHIN INTERVAL '1' HOUR DEFINE B AS B.x = 1) AS T`,
  'SELECT COUNT(*), COUNT(DISTINCT a.x), COUNT(a.*) FROM s',
  'SELECT EXTRACT(HOUR FROM t), CURRENT_TIMESTAMP, CAST(x AS DECIMAL(10,2)), TRY_CAST(x AS DATE) FROM s',
  "SELECT TIMESTAMP '2026-11-23 21:05:00' - t, INTERVAL '10' MINUTE, INTERVAL -'1 02:03' DAY TO MINUTE FROM s",
  "SELECT x FROM s WHERE a LIKE 'b!_%' ESCAPE '!' AND c NOT IN (1, 2) AND d IS NOT DISTINCT FROM e",
  'SELECT at, type, user, time, key, value, level, status, count, first, last, prev, next, timestamp, date FROM s',
  'SELECT a one, b match, c pattern, d measures, e running, f final, g row, h nulls, i asc FROM s',
  'SELECT left, left(a, 2), right(b, 1), position, "select", a.select, order.group FROM order',
  'SELECT payload.device.id, tags[1], tags[i + 1].name.x[2] FROM s',
  'SELECT -- a comment\n a /* and\n another */ FROM s;',
  'SELECT a FROM s WHERE b >= :limit AND c BETWEEN :low AND :high',
  'SELECT * FROM a, b AS x, "C d" MATCH_RECOGNIZE (PATTERN (u -> NOT v -> w) DEFINE u AS a, v AS b WHERE x > 1)',
];

for (const text of TAKEN) {
  test(`taken: ${text.replace(/\s+/g, ' ').slice(0, 90)}`, () => {
    assert.deepEqual(withoutSpans(whole(printStatement(whole(text)))), withoutSpans(whole(text)));
  });
}

// ---------------------------------------------------------------- trees

test('clauses of MATCH_RECOGNIZE are all optional but PATTERN', () => {
  const { partitionBy, orderBy, measures, rowsPerMatch, skip, within, emitEarliest, subsets, define } =
    match('PATTERN (a)');
  assert.deepEqual(
    [partitionBy, orderBy, measures, rowsPerMatch, skip, within, emitEarliest, subsets, define],
    [[], [], [], null, null, null, false, [], []],
  );
});

test('SKIP TO v is SKIP TO LAST v', () => {
  const skip = (text: string) => withoutSpans(match(`AFTER MATCH ${text} PATTERN (a)`).skip);
  assert.deepEqual(skip('SKIP TO a'), skip('SKIP TO LAST a'));
  assert.deepEqual(skip('SKIP TO first'), skip('SKIP TO LAST first'));
  assert.notDeepEqual(skip('SKIP TO FIRST a'), skip('SKIP TO LAST a'));
  assert.deepEqual(skip('NO SKIP'), { kind: 'skip', mode: 'no_skip', variable: null });
});

test('quantifiers', () => {
  const table = [
    ['a*', '*', 0, null, true],
    ['a+?', '+', 1, null, false],
    ['a??', '?', 0, 1, false],
    ['a{3}', '{n}', 3, 3, true],
    ['a{3,}?', '{n,}', 3, null, false],
    ['a{,4}', '{,m}', 0, 4, true],
    ['a{2,3}?', '{n,m}', 2, 3, false],
  ] as const;
  for (const [text, form, min, max, greedy] of table) {
    const { pattern } = match(`PATTERN (${text})`);
    assert.equal(pattern.kind, 'pattern_quantified');
    const expected = { kind: 'quantifier', form, min, max, greedy };
    assert.deepEqual(pattern.kind === 'pattern_quantified' && withoutSpans(pattern.quantifier), expected);
  }
});

test('names keep their spelling, quoted ones are told apart', () => {
  const { items } = select('SELECT Amount, "From" FROM s');
  const heads = items.map(
    ({ expression }) => expression.kind === 'reference' && withoutSpans(expression.path[0]),
  );
  assert.deepEqual(heads, [
    { kind: 'identifier', name: 'Amount', quoted: false },
    { kind: 'identifier', name: 'From', quoted: true },
  ]);
});

test('a stream with every part', () => {
  const stream =
    whole(`CREATE STREAM s (a INT NOT NULL, WATERMARK FOR at AS at - INTERVAL '2' SECOND, at TIMESTAMP(3))
    WITH (key = 'a, b', n = -1.5, on = TRUE, none = NULL, p = :p, t = INTERVAL '1' DAY)`) as CreateStream;
  assert.deepEqual(
    stream.columns.map(({ name, notNull }) => [name.name, notNull]),
    [
      ['a', true],
      ['at', false],
    ],
  );
  assert.equal(stream.watermark?.column.name, 'at');
  assert.deepEqual(
    stream.options.map(({ name, value }) => [name.name, printExpression(value)]),
    [
      ['key', "'a, b'"],
      ['n', '-1.5'],
      ['on', 'TRUE'],
      ['none', 'NULL'],
      ['p', ':p'],
      ['t', "INTERVAL '1' DAY"],
    ],
  );
});

test('every node covers its source, parentheses and all', () => {
  const text = "SELECT a FROM s WHERE (a + b) * f(x, 'y') IN (CASE WHEN c THEN d END, t[1].u)";
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    if ('span' in value) {
      const { start, end } = value.span as { start: number; end: number };
      found.push(text.slice(start, end));
    }
    for (const child of Object.values(value)) visit(child);
  };
  visit(select(text).where as Expression);
  assert.deepEqual(found, [
    "(a + b) * f(x, 'y') IN (CASE WHEN c THEN d END, t[1].u)",
    "(a + b) * f(x, 'y')",
    '(a + b)',
    ...['a', 'a', 'b', 'b'],
    "f(x, 'y')",
    ...['f', 'x', 'x', "'y'"],
    'CASE WHEN c THEN d END',
    ...['c', 'c', 'd', 'd'],
    't[1].u',
    ...['t', '[1]', '1', 'u'],
  ]);
});

test('several statements, empty ones left out', () => {
  const { statements, diagnostics } = parse(';SELECT a FROM s;; CREATE STREAM s (a INT);\n-- the end\n;');
  assert.deepEqual([statements.map(({ kind }) => kind), diagnostics], [['select', 'create_stream'], []]);
  assert.deepEqual(parse(' -- nothing\n'), { statements: [], diagnostics: [] });
});

// ---------------------------------------------------------------- not built

const UNBUILT: readonly (readonly [text: string, ...names: readonly string[]])[] = [
  ['SELECT DISTINCT a FROM s', 'DISTINCT'],
  ['SELECT a FROM s GROUP BY a, b HAVING COUNT(*) > 1', 'GROUP BY', 'HAVING'],
  ["SELECT a FROM s GROUP BY TUMBLE(at, INTERVAL '1' HOUR)", 'GROUP BY'],
  ['SELECT a FROM s LEFT OUTER JOIN t AS u ON s.a = u.a CROSS JOIN v', 'JOIN', 'JOIN'],
  ['SELECT a FROM s JOIN t FOR SYSTEM_TIME AS OF s.at ON s.a = t.a', 'JOIN'],
  ['SELECT a FROM s NATURAL JOIN t WHERE b', 'JOIN'],
  ['SELECT a FROM s JOIN t USING (a, b)', 'JOIN'],
  ['SELECT a FROM s UNION ALL SELECT b FROM t ORDER BY 1 LIMIT 5', 'UNION', 'LIMIT'],
  ['SELECT a FROM s LIMIT 5 OFFSET 2 ROWS', 'LIMIT', 'OFFSET'],
  ['SELECT a FROM s FETCH FIRST 3 ROWS ONLY', 'FETCH'],
  ["SELECT a FROM TABLE(HOP(TABLE s, DESCRIPTOR(at), INTERVAL '1' MINUTE, INTERVAL '1' HOUR)) w", 'HOP'],
  ["SELECT a FROM TUMBLE(s, at, INTERVAL '1' MINUTE)", 'TUMBLE'],
  ['SELECT a FROM s WINDOW w AS (PARTITION BY a ORDER BY b)', 'WINDOW'],
];

for (const [text, ...names] of UNBUILT) {
  test(`clauses that are not built: ${text}`, () => {
    assert.deepEqual(
      select(text).unsupported.map(({ name }) => name),
      names,
    );
  });
}

const UNBUILT_STATEMENTS: readonly (readonly [text: string, start: RegExp])[] = [
  ['CREATE TABLE t (a INT)', /^CREATE TABLE is not built/],
  ['create materialized view v as select a from s', /^CREATE VIEW is not built/],
  ['INSERT INTO t SELECT a FROM s', /^INSERT INTO is not built/],
  ['WITH c AS (SELECT a FROM s) SELECT a FROM c', /^WITH .* is not built/],
  ['CREATE RULE r AS WITH c AS (SELECT a FROM s) SELECT a FROM c', /^(WITH|a subquery).* is not built/],
  ['SELECT a FROM (SELECT b FROM s)', /^a subquery is not built/],
  ['SELECT a FROM s WHERE EXISTS (SELECT 1 FROM t)', /^a subquery is not built/],
  ['SELECT SUM(a) OVER (PARTITION BY b) FROM s', /^OVER .* is not built/],
];

for (const [text, message] of UNBUILT_STATEMENTS) {
  test(`statements that are not built: ${text}`, () => {
    const { statements, diagnostics } = parse(`SELECT a FROM s; ${text}; SELECT b FROM t`);
    assert.deepEqual([statements.length, diagnostics.map(({ code }) => code)], [2, ['not_built']]);
    assert.match(diagnostics[0]!.message, message);
  });
}

// ---------------------------------------------------------------- errors

/** `<<>>` marks the place that the error has to name. */
const ERRORS: readonly (readonly [text: string, message: RegExp, hint: RegExp | null])[] = [
  ['<<SELCT>> a FROM s', /^expected CREATE or SELECT, found `SELCT`$/, /^did you mean SELECT\?$/],
  ['SELECT a FORM <<s>>', /^expected FROM or `,`, found `s`$/, /mean FROM instead of `FORM`/],
  ['SELECT a<<>>', /FROM.*found the end of the text/, null],
  ['SELECT a, <<FROM>> s', /^expected `\*` or an expression, found `FROM`/, /comma/],
  ['SELECT <<end>>, a FROM s', /found `end`/, /written "end"/],
  ["SELECT a FROM <<'s'>>", /found the text 's'/, /double quotes/],
  ['SELECT f(a <<FROM>> s', /found `FROM`/, /`\(` behind f is not closed/],
  ['SELECT a FROM s WHERE a < b <<<>> c', /found `<`/, /do not chain/],
  ['SELECT a FROM s WHERE a =<<=>> b', /found `=`/, /one =/],
  ["SELECT a FROM s WHERE a > DATE <<'2026-01-01'>>", /found the text/, /TIMESTAMP/],
  ["SELECT INTERVAL '1' <<HUOR>> FROM s", /^expected a unit such as MINUTE, found `HUOR`$/, /HOUR/],
  ['SELECT * FROM s MATCH_RECOGNISE <<(>>PATTERN (a))', /MATCH_RECOGNIZE/, /mean MATCH_RECOGNIZE/],
  [
    'SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a) <<DEFNE>> a AS b)',
    /DEFINE or `\)`, found `DEFNE`/,
    /mean DEFINE/,
  ],
  [
    'SELECT * FROM s MATCH_RECOGNIZE (<<DEFINE>> a AS b PATTERN (a))',
    /or PATTERN, found `DEFINE`/,
    /the order is/,
  ],
  ['SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a <<->> > b))', /found `-`/, /gap/],
  ['SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a <<||>> b))', /found `\|\|`/, /one bar/],
  ['SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a -><<*>> b))', /found `\*`/, /repeat a group/],
  ['SELECT * FROM s MATCH_RECOGNIZE (PATTERN (<<)>>)', /found `\)`/, /\(\(\)\)/],
  [
    'SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a)<<>>',
    /end of the text/,
    /behind MATCH_RECOGNIZE is not closed/,
  ],
  [
    'SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a)<<;>> SELECT b FROM s',
    /found `;`/,
    /behind MATCH_RECOGNIZE/,
  ],
  ['SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a<<{3,2}>>))', /wrong way round/, /\{2,3\}/],
  ['SELECT * FROM s MATCH_RECOGNIZE (PATTERN (a<<{0}>>))', /no row/, /at least 1/],
  ['CREATE <<RLE>> r AS SELECT a FROM s', /^expected RULE or STREAM, found `RLE`$/, /mean RULE/],
  ['CREATE STREAM s (a<<)>>', /^expected a type, found `\)`$/, null],
  ['CREATE STREAM s (a INT, WATERMARK FOR a AS a, <<WATERMARK>> FOR a AS a)', /one WATERMARK/, /event time/],
  ['CREATE RULE r WITH (a = <<b>>) AS SELECT a FROM s', /^expected a value, found `b`$/, null],
  ["SELECT <<'>>a FROM s", /has no end/, /''/],
  ['SELECT <<1abc>> FROM s', /neither a number nor a name/, /quoted/],
  ['SELECT <<“>>a” FROM s', /no meaning/, /straight quotes/],
  ['SELECT a FROM s WHERE a <<&>>& b', /no meaning/, /AND/],
  ['SELECT a<<:>>:varchar FROM s', /no meaning/, /CAST/],
  ["SELECT a FROM s WHERE a <<ILIKE>> 'x%'", /found `ILIKE`/, /LOWER/],
  ['SELECT a FROM s MATCH_RECOGNIZE (PATTERN (a<<,>> b))', /found `,`/, /without a comma/],
  [
    'SELECT x FROM s MATCH_RECOGNIZE (MEASURES a.x <<PATTERN>> (a))',
    /found `PATTERN`/,
    /a measure has a name/,
  ],
  [
    'SELECT x FROM s MATCH_RECOGNIZE (PATTERN (a) WITHIN 10 <<MINUTES>>)',
    /found `MINUTES`/,
    /WITHIN INTERVAL '10' MINUTE/,
  ],
  [
    "SELECT x FROM s MATCH_RECOGNIZE (PATTERN (a) WITHIN INTERVAL '10 MINUTES'<<)>>",
    /expected a unit/,
    /behind them: INTERVAL/,
  ],
  ['SELECT a <<\u001b>> FROM s', /`U\+001B`/, null],
];

for (const [marked, message, hint] of ERRORS) {
  test(`refused: ${JSON.stringify(marked)}`, () => {
    // The place is marked by the first << and the last >>: the operators < and > may stand within.
    const start = marked.indexOf('<<');
    const end = marked.lastIndexOf('>>') - 2;
    const text = marked.slice(0, start) + marked.slice(start + 2, end + 2) + marked.slice(end + 4);
    const { statements, diagnostics } = parse(text);
    assert.deepEqual([statements.length, diagnostics.length], [0, 1]);
    const [error] = diagnostics;
    assert.match(error!.message, message);
    if (hint === null) assert.equal(error!.hint, null);
    else assert.match(error!.hint ?? '', hint);
    assert.deepEqual(error!.span, { start, end });
  });
}
