import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnosed, schemaOf } from './marked.js';

test('the aliases of types', () => {
  const kinds = (list: string) => {
    const columns = list.split('; ').map((type, i) => `c${i} ${type}`);
    return schemaOf(`CREATE STREAM s (${columns.join(', ')})`).columns.map(({ type }) => type.kind);
  };
  const all = (kind: string, count: number) => Array.from({ length: count }, () => kind);
  assert.deepEqual(kinds('INT; INTEGER; SMALLINT; BIGINT; tinyint'), all('BIGINT', 5));
  assert.deepEqual(kinds('FLOAT; REAL; DOUBLE; DOUBLE PRECISION'), all('DOUBLE', 4));
  assert.deepEqual(
    kinds('STRING; TEXT; CHAR(3); CHAR; VARCHAR(10); VARCHAR; CHARACTER VARYING(5)'),
    all('VARCHAR', 7),
  );
  assert.deepEqual(
    kinds(
      'TIMESTAMP; TIMESTAMP(3); TIMESTAMP_LTZ(3); TIMESTAMP_LTZ; TIMESTAMP(3) WITH TIME ZONE; TIMESTAMP WITH LOCAL TIME ZONE',
    ),
    all('TIMESTAMP', 6),
  );
  assert.deepEqual(kinds('BOOLEAN; BOOL'), all('BOOLEAN', 2));
  assert.deepEqual(kinds('INTERVAL; INTERVAL DAY TO SECOND; INTERVAL HOUR'), all('INTERVAL', 3));
  assert.deepEqual(kinds('ARRAY<BIGINT>; ARRAY(BIGINT); BIGINT ARRAY'), all('ARRAY', 3));
  assert.deepEqual(kinds('ROW<x BIGINT>; ROW(x BIGINT, y ARRAY<ROW<z INT>>)'), all('ROW', 2));
});

test('DECIMAL: 38 digits, none of them behind the point, unless it is said', () => {
  const [a, b, c, d] = schemaOf(
    'CREATE STREAM s (a DECIMAL, b NUMERIC(5), c DEC(5, 5), d DECIMAL(38, 38))',
  ).columns;
  assert.deepEqual(
    [a, b, c, d].map((column) => column!.type),
    [
      { kind: 'DECIMAL', precision: 38, scale: 0 },
      { kind: 'DECIMAL', precision: 5, scale: 0 },
      { kind: 'DECIMAL', precision: 5, scale: 5 },
      { kind: 'DECIMAL', precision: 38, scale: 38 },
    ],
  );
});

test('the options of a stream, and what holds without them', () => {
  const { key, id, idleTimeout, liveWithin, maxAhead, retention, eventTime, delay } = schemaOf(
    `CREATE STREAM s (Card VARCHAR, country VARCHAR, event_id VARCHAR, At TIMESTAMP, WATERMARK FOR at AS "At" - INTERVAL '2' SECOND)
     WITH (key = 'card, COUNTRY, Card', id = 'event_id', idle_timeout = 'OFF', live_within = '1 HOUR', max_ahead = '90 SECONDS', retention = '7 DAYS')`,
  );
  assert.deepEqual(
    { key, id, idleTimeout, liveWithin, maxAhead, retention, eventTime, delay },
    {
      key: ['Card', 'country'],
      id: 'event_id',
      idleTimeout: null,
      liveWithin: 3_600_000,
      maxAhead: 90_000,
      retention: 604_800_000,
      eventTime: 'At',
      delay: 2_000,
    },
  );
  const plain = schemaOf('CREATE STREAM s (a VARCHAR)');
  assert.deepEqual(
    [
      plain.key,
      plain.id,
      plain.idleTimeout,
      plain.liveWithin,
      plain.maxAhead,
      plain.retention,
      plain.eventTime,
      plain.delay,
    ],
    [[], null, 10_000, 300_000, 300_000, null, null, 0],
  );
});

test('a watermark without delay, in any spelling of the column', () => {
  for (const expression of ['at', 'AT', '"at"', '(at)', "at - INTERVAL '0' SECOND"]) {
    const { eventTime, delay } = schemaOf(
      `CREATE STREAM s (at TIMESTAMP, WATERMARK FOR At AS ${expression})`,
    );
    assert.deepEqual([eventTime, delay], ['at', 0], expression);
  }
});

test('NOT NULL, and names that are quoted or as other languages reserve them', () => {
  const { columns, name } = schemaOf(
    'CREATE STREAM "My Stream" (key VARCHAR NOT NULL, "Order" BIGINT, type INT, time TIMESTAMP NOT NULL)',
  );
  assert.equal(name, 'My Stream');
  assert.deepEqual(
    columns.map((column) => [column.name, column.nullable]),
    [
      ['key', false],
      ['Order', true],
      ['type', true],
      ['time', false],
    ],
  );
});

test('every mistake of a stream at once', () => {
  const found = diagnosed(
    "CREATE STREAM s (a JSON, b DECIMAL(99), A INT, at VARCHAR, WATERMARK FOR at AS at + INTERVAL '1' SECOND) WITH (key = 'c', nope = 1)",
  );
  assert.deepEqual(
    found.map(({ code }) => code),
    [
      'unknown_type',
      'bad_type',
      'duplicate_column',
      'bad_watermark',
      'bad_watermark',
      'bad_option',
      'unknown_option',
    ],
  );
});
