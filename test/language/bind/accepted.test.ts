import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bound, diagnosed, inMatch } from './marked.js';

/** Texts that are right by the specification, clause by clause: none of them may give an error. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  'names: any case, quoted ones exactly, and no word is taken that need not be': [
    'select CARD, payments.amount, PAYMENTS."card" AS again from Payments where Amount > 1',
    'SELECT p.card FROM payments AS p WHERE p.amount > 1',
    'SELECT at, type, user, time, key, value, level, status, count FROM anything',
    'SELECT one, all, row, rows, match, pattern, define, partition, skip, first, last, final, running FROM anything',
    inMatch(
      "PATTERN (type user+ status) WITHIN INTERVAL '1' HOUR DEFINE type AS amount > 1, user AS amount < type.amount",
    ),
    inMatch('PATTERN (first last) DEFINE first AS amount > 1, last AS amount > first.amount'),
    inMatch('PATTERN ("A b" c) DEFINE "A b" AS amount > 1, c AS c.amount > "A b".amount'),
    inMatch('PATTERN (Probe) DEFINE PROBE AS amount > 1 AND probe.units < 3'),
    inMatch('MEASURES a.at AS at, a.units AS count, a.amount AS value, a.country AS type PATTERN (a)'),
  ],
  'a variable called as a column, a stream, a function': [
    inMatch('PATTERN (amount b) DEFINE amount AS amount > 1, b AS b.amount > amount.amount'),
    inMatch('PATTERN (payments) DEFINE payments AS amount > 1'),
    inMatch('PATTERN (sum prev) DEFINE sum AS SUM(amount) > 1, prev AS PREV(amount) > sum.amount'),
    'SELECT temp FROM readings MATCH_RECOGNIZE (PATTERN (temp) DEFINE temp AS temp > 3 AND temp.temp < 9)',
  ],
  'full ISO form and the short one': [
    `SELECT m.x FROM payments MATCH_RECOGNIZE (PARTITION BY card, country ORDER BY at MEASURES FIRST(a.amount) AS x
       ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (a b) SUBSET u = (a, b) DEFINE a AS amount > 1) AS m`,
    'SELECT a.card FROM payments MATCH_RECOGNIZE (PATTERN (a))',
    inMatch("PATTERN (a{2} b{1,} c{,3} d{2,4} e*? f+? g?? h{2,3}?) WITHIN INTERVAL '1' DAY"),
    inMatch("PATTERN (^ (a | b | ()) {- c+ -} PERMUTE(d, e?, f)) WITHIN INTERVAL '1' DAY"),
    inMatch(
      "PATTERN (NOT n -> a -> NOT (n | m) -> b -> NOT n) WITHIN INTERVAL '1' DAY DEFINE n AS flagged, m AS amount > 1",
    ),
    inMatch("PATTERN (((a -> NOT n ->){2} b)) WITHIN INTERVAL '1' DAY DEFINE n AS amount > a.amount"),
    inMatch("PATTERN ((a ->)+) WITHIN INTERVAL '1' DAY EMIT EARLIEST"),
    inMatch('AFTER MATCH SKIP TO u PATTERN (a b) SUBSET u = (a, b)'),
    inMatch('ORDER BY at ASC NULLS LAST, amount DESC, card NULLS FIRST PATTERN (a)'),
    inMatch('PARTITION BY device.id, tags[1] PATTERN (a)'),
  ],
  'navigation, aggregates, what reads the match': [
    inMatch(
      'MEASURES PREV(FIRST(a.amount + 1, 2), 3) AS x, FINAL LAST(amount) AS y, PREV(FINAL LAST(a.at)) AS z PATTERN (a)',
    ),
    inMatch(
      'MEASURES FINAL COUNT(*) AS n, COUNT(a.*) AS m, COUNT(DISTINCT u.country) AS c, ARRAY_AGG(CLASSIFIER()) AS l PATTERN (a b) SUBSET u = (a, b)',
    ),
    inMatch(
      'MEASURES SUM(CASE WHEN a.flagged THEN 1 ELSE 0 END) AS x, AVG(price) AS y, MAX(a.at) - MIN(a.at) AS z PATTERN (a)',
    ),
    inMatch(
      'MEASURES CLASSIFIER() AS x, LAST(CLASSIFIER(a)) AS y, MATCH_NUMBER() AS n, MATCH_ROWTIME() AS t, MATCH_STATUS() AS s PATTERN (a)',
    ),
    inMatch(
      "PATTERN (a) DEFINE a AS a.amount > AVG(a.amount) OR COUNT(*) > 3 AND CLASSIFIER() = 'a' AND MATCH_NUMBER() < 9",
    ),
    'SELECT a.*, COUNT(*) AS n FROM logins MATCH_RECOGNIZE (PARTITION BY level PATTERN (a)) WHERE n > 1 AND a.level > 2'.replace(
      'CARD, ',
      '',
    ),
    'SELECT m.n, m.card FROM payments MATCH_RECOGNIZE (PARTITION BY card MEASURES COUNT(*) AS n PATTERN (a)) m WHERE m.n > 1',
    'SELECT m.country, COUNT(*) AS n FROM payments MATCH_RECOGNIZE (PATTERN (a)) AS m WHERE m.n > 1 AND m.amount > 3',
  ],
  'several streams': [
    "SELECT a.x, b.amount FROM logs AS a, payments AS b MATCH_RECOGNIZE (PATTERN (a -> b) WITHIN INTERVAL '1' HOUR)",
    `SELECT card, l.level, pay.amount FROM logins, payments MATCH_RECOGNIZE (PARTITION BY card PATTERN (l -> pay) WITHIN INTERVAL '1' HOUR
       DEFINE l AS logins, pay AS payments WHERE amount > 100 AND logins.level IS NULL)`,
    'SELECT a.card FROM payments AS one, payments AS two MATCH_RECOGNIZE (PATTERN (a b) DEFINE a AS one, b AS two WHERE amount > a.amount)',
  ],
  'types: what Trino brings together comes together': [
    'SELECT card FROM payments WHERE amount > 1 AND units > 1.5 AND price > 1e0 AND amount = units AND price = units AND NULL IS NULL',
    "SELECT CASE WHEN flagged THEN 1 ELSE 2.5 END AS a, CASE units WHEN 1 THEN 'a' ELSE NULL END AS b, COALESCE(units, price, 0) AS c FROM payments",
    "SELECT card FROM payments WHERE units IN (1, 2.5, 3e0, NULL) AND country NOT IN ('a', card) AND at BETWEEN TIMESTAMP '2026-01-01' AND at",
    "SELECT card FROM payments WHERE at - at < INTERVAL '5' MINUTE AND at + took > TIMESTAMP '2026-11-23T21:05:00Z' AND took * 2 / 3 = took",
    "SELECT card FROM payments WHERE took < INTERVAL '1 02:03:04.5' DAY TO SECOND AND took > INTERVAL '02:03' HOUR TO MINUTE AND took > INTERVAL -'3' SECONDS",
    'SELECT card FROM payments WHERE units > -9223372036854775808 AND units < 9223372036854775807 AND price < 12345678901234567890123456789012345678',
    "SELECT card || 'x' || country AS a, CAST(amount AS VARCHAR(10)) || 'y' AS b, TRY_CAST(card AS BIGINT) AS c, CAST('12' AS DECIMAL(4, 2)) AS d FROM payments",
    'SELECT card FROM payments WHERE flagged AND NOT flagged OR flagged IS UNKNOWN AND (amount > 1) IS NOT TRUE AND flagged IS DISTINCT FROM NULL',
    'SELECT EXTRACT(HOUR FROM at) AS h, EXTRACT(DAY FROM took) AS d, device.place.lat AS lat, tags[1] AS tag, CARDINALITY(tags) AS n FROM payments',
    'SELECT - -units AS a, +units AS b, -(-5) AS c, 1 - -1 AS d, units % 3 AS e, amount != 3 AS f, amount <> 3 AS g FROM payments',
  ],
  'an undeclared stream: any name, values of any type': [
    "SELECT v FROM s WHERE v > 5 AND w = 'x' AND v IN (1, 'a', TRUE) AND a.b.c[1].d LIKE 'x%' AND v BETWEEN w AND 3 AND v IS NOT NULL",
    "SELECT v FROM s WHERE CAST(at AS TIMESTAMP) > TIMESTAMP '2026-01-01' AND CAST(at AS TIMESTAMP) - CAST(since AS TIMESTAMP) > INTERVAL '1' DAY",
    'SELECT a.v + b.v AS sum, a.flag AND b.flag AS both_flags FROM s MATCH_RECOGNIZE (PATTERN (a b) DEFINE b AS b.v - a.v > 1.5)',
    'SELECT * FROM s MATCH_RECOGNIZE (ALL ROWS PER MATCH PATTERN (a))',
  ],
};

for (const [name, texts] of Object.entries(RIGHT)) {
  test(`accepted: ${name}`, () => {
    for (const text of texts) {
      const errors = diagnosed(text).filter(({ severity }) => severity === 'error');
      assert.deepEqual(
        errors.map(({ message }) => message),
        [],
        text,
      );
    }
  });
}

test('bounded input takes what a stream cannot: NEXT, $, any order', () => {
  const text = `SELECT card, NEXT(b.amount) AS behind FROM payments MATCH_RECOGNIZE (
    PARTITION BY card ORDER BY amount DESC, card PATTERN (a b+ $) DEFINE b AS NEXT(amount, 2) > 1) ORDER BY behind DESC, 1`;
  assert.deepEqual(diagnosed(text, { input: 'bounded' }), []);
});

test('a parameter is a constant of the type that its JSON value has', () => {
  const typeOf = (value: string | number | boolean | null) => {
    const { plan } = bound('SELECT :p AS p FROM payments', { parameters: { p: value } });
    const expression = plan?.operator.kind === 'filter' ? plan.operator.select[0]!.expression : null;
    return expression?.kind === 'constant' ? [expression.type.kind, String(expression.value)] : null;
  };
  assert.deepEqual(typeOf('x'), ['VARCHAR', 'x']);
  assert.deepEqual(typeOf(12), ['BIGINT', '12']);
  assert.deepEqual(typeOf(-0.25), ['DECIMAL', '-0.25']);
  assert.deepEqual(typeOf(1e-7), ['DOUBLE', '1e-7']);
  assert.deepEqual(typeOf(true), ['BOOLEAN', 'true']);
  assert.deepEqual(typeOf(null), ['NULL', 'null']);
  const within = bound(inMatch('PATTERN (a b) WITHIN :limit'), { parameters: { limit: '10 MINUTES' } });
  assert.equal(within.plan?.operator.kind === 'match' && within.plan.operator.within, 600_000);
  const severity = bound('CREATE RULE r WITH (severity = :s) AS SELECT card FROM payments', {
    parameters: { s: 'high' },
  });
  assert.equal(severity.plan?.options.severity, 'high');
});

test('literals have the types of ISO 5.3, as Trino reads them', () => {
  const literals: readonly (readonly [text: string, type: string, value: string])[] = [
    ['1', 'BIGINT', '1'],
    ['-9223372036854775808', 'BIGINT', '-9223372036854775808'],
    ['9223372036854775807', 'BIGINT', '9223372036854775807'],
    ['9223372036854775808', 'DECIMAL', '9223372036854775808'],
    ['1.50', 'DECIMAL', '1.50'],
    ['.5', 'DECIMAL', '0.5'],
    ['1e3', 'DOUBLE', '1000'],
    ["'it''s'", 'VARCHAR', "it's"],
    ["TIMESTAMP '1970-01-01 00:00:01.5'", 'TIMESTAMP', '1500'],
    ["INTERVAL '1 02:03:04.5' DAY TO SECOND", 'INTERVAL', '93784500'],
    ["INTERVAL '1 02' DAY TO HOUR", 'INTERVAL', '93600000'],
    ["INTERVAL '03:04' MINUTE TO SECOND", 'INTERVAL', '184000'],
    ["INTERVAL -'1.25' SECOND", 'INTERVAL', '-1250'],
    ["INTERVAL '2' WEEKS", 'INTERVAL', '1209600000'],
  ];
  for (const [text, type, value] of literals) {
    const { plan } = bound(`SELECT ${text} AS x FROM payments`);
    const expression = plan?.operator.kind === 'filter' ? plan.operator.select[0]!.expression : null;
    assert.ok(expression?.kind === 'constant', text);
    assert.deepEqual([expression.type.kind, String(expression.value)], [type, value], text);
  }
});

test('the output columns of a rule: names and types', () => {
  const columns = (text: string) => bound(text).plan?.columns.map(({ name, type }) => `${name} ${type.kind}`);
  assert.deepEqual(
    columns('SELECT payments.CARD, device.place.LAT, tags[1], COUNTRY AS "Where", UPPER(card) FROM payments'),
    ['card VARCHAR', 'lat DOUBLE', 'tags VARCHAR', 'Where VARCHAR', 'upper VARCHAR'],
  );
  assert.deepEqual(
    columns(
      'SELECT COUNT(*), AVG(a.units), SUM(price), MAX(a.at) - MIN(at) AS took, b.amount IS NULL AS none FROM payments MATCH_RECOGNIZE (PATTERN (a b?))',
    ),
    ['count BIGINT', 'avg DOUBLE', 'sum DECIMAL', 'took INTERVAL', 'none BOOLEAN'],
  );
  assert.deepEqual(
    columns(
      'SELECT * FROM logins MATCH_RECOGNIZE (PARTITION BY level MEASURES CLASSIFIER() AS c ALL ROWS PER MATCH PATTERN (a))',
    ),
    ['level BIGINT', 'c VARCHAR', 'card VARCHAR', 'amount BIGINT', 'at TIMESTAMP'],
  );
});

test('the options of a rule', () => {
  const { plan } =
    bound(`CREATE RULE r WITH (severity = 'HIGH', notify = 'on-call, fraud-desk', suppress_by = 'CARD, n, card',
    suppress_for = '10 minutes', on_update = 'keep', enabled = FALSE) AS SELECT card, amount AS n FROM payments`);
  assert.deepEqual(plan?.options, {
    severity: 'high',
    notify: ['on-call', 'fraud-desk'],
    suppressBy: ['card', 'n'],
    suppressFor: 600_000,
    onUpdate: 'keep',
    enabled: false,
  });
  assert.deepEqual(bound('SELECT card FROM payments').plan?.options, {
    severity: 'medium',
    notify: [],
    suppressBy: [],
    suppressFor: null,
    onUpdate: 'reset',
    enabled: true,
  });
});
