import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventsOfLines } from '../../src/http/event_body.js';
import { Partition } from '../../src/runtime/partition.js';
import { type FreshRecord, Tail } from '../../src/runtime/tail.js';
import { MemoryStore } from '../../src/store/memory.js';
import { Scene } from './scene.js';

const STREAM = `CREATE STREAM readings (
  device VARCHAR, n BIGINT, x DOUBLE, price DECIMAL(10, 2), ok BOOLEAN, at TIMESTAMP, tags ARRAY(VARCHAR)
) WITH (max_ahead = '4000000 DAYS')`;

const record = (text: string, count = 1): FreshRecord => ({
  stream: 's',
  schema: {} as FreshRecord['schema'],
  payload: Buffer.from(text),
  events: Array.from({ length: count }, () => ({ time: null, values: { text } })),
});

test('a record is found by its bytes, once; what was before it is gone', () => {
  const tail = new Tail();
  const [a, b, c] = [record('a'), record('b'), record('c')];
  for (const each of [a, b, c]) tail.add(each);
  assert.equal(tail.take(Buffer.from('x')), null);
  assert.equal(tail.take(Buffer.from('b')), b);
  assert.equal(tail.take(Buffer.from('a')), null);
  tail.drop(a);
  tail.drop(c);
  assert.equal(tail.take(Buffer.from('c')), null);
  tail.add(a);
  assert.equal(tail.take(Buffer.from('a')), a);
  tail.add(a);
  tail.clear();
  assert.equal(tail.take(Buffer.from('a')), null);
});

test('many records go through it in their order, and its room is bounded', () => {
  const tail = new Tail();
  for (let i = 0; i < 5_000; i++) {
    tail.add(record(`${i}`));
    tail.add(record(`${i}'`));
    assert.notEqual(tail.take(Buffer.from(`${i}`)), null);
    assert.notEqual(tail.take(Buffer.from(`${i}'`)), null);
  }
  let held = 0;
  for (let i = 0; i < 1_000; i++) tail.add(record(`${i}`, 1_000));
  while (tail.take(Buffer.from(`${held}`)) !== null) held++;
  assert.ok(held > 50 && held < 500, `${held}`);
});

test('property: events that were not read from the log give what the log gives', async () => {
  const store = new MemoryStore();
  const scene = await Scene.open(store);
  await scene.tocsin.catalog.putStream('readings', { query: STREAM });
  // Each event is an alert, and an alert shows the whole event.
  await scene.tocsin.catalog.putRule('declared', { query: 'SELECT * FROM readings' });
  await scene.tocsin.catalog.putRule('undeclared', { query: 'SELECT * FROM anything' });
  const value = fc.oneof(
    fc.jsonValue().map((json) => JSON.stringify(json)),
    fc.constantFrom(
      '-0',
      '1e3',
      '0.10',
      '"9007199254740993"',
      '"12.5"',
      '"\\ud800"',
      '"2026-11-24T12:00:00Z"',
      'true',
    ),
    fc.constantFrom('["a",null]', ' { "b" : 1 } ', '1764000000000', '"\\u0041\\n"', '12345678901234567890'),
  );
  const name = fc.constantFrom(
    'device',
    'n',
    'x',
    'price',
    'ok',
    'at',
    'tags',
    '__proto__',
    '1',
    'é',
    'constructor',
  );
  const line = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map((fields) => `{${fields.map(([key, json]) => `${JSON.stringify(key)}: ${json}`).join(',')}}`);
  const body = fc.array(fc.oneof(line, value), { minLength: 1, maxLength: 8 });
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom('readings', 'anything'), async (lines, stream) => {
      const events = await eventsOfLines(
        Buffer.from(lines.map((each) => each.replaceAll('\n', ' ')).join('\n')),
      );
      accepted += (await scene.tocsin.ingest.post(stream, events).catch(() => ({ accepted: 0 }))).accepted;
    }),
    { numRuns: 300 },
  );
  await scene.settled();
  const alerts = await store.alerts(0, 100_000, {});
  await scene.tocsin.close();

  const partition = new Partition(0);
  const replayed = [];
  const { next } = await store.bounds(0);
  for (let position = 0; position < next; ) {
    for (const each of await store.read(0, position, { bytes: 1e6, wait: 0 })) {
      partition.apply(each);
      replayed.push(...partition.take().alerts);
      position = each.first + each.count;
    }
  }
  assert.ok(accepted > 100, `${accepted}`);
  assert.equal(alerts.length, accepted);
  assert.deepEqual(
    alerts.map(({ id, body: bytes }) => [id, Buffer.from(bytes).toString()]),
    replayed.map(({ id, body: bytes }) => [id, Buffer.from(bytes).toString()]),
  );
});

test('a partition takes what the tail has of a record, and only under the schema that the stream has', async () => {
  const store = new MemoryStore();
  const scene = await Scene.open(store);
  await scene.tocsin.catalog.putStream('readings', { query: STREAM });
  await scene.tocsin.catalog.putRule('all', { query: 'SELECT * FROM readings' });
  await scene.tocsin.ingest.post('readings', [{ json: { n: 1 }, text: '{"n":1}' }]);
  await scene.settled();
  await scene.tocsin.close();
  const records = await store.read(0, 0, { bytes: 1e6, wait: 0 });

  const seen = (tell: (partition: Partition, payload: Uint8Array) => FreshRecord): unknown => {
    const partition = new Partition(0);
    for (const each of records) {
      const tail = new Tail();
      if (each.kind === 'events') tail.add(tell(partition, each.payload));
      partition.apply(each, tail);
    }
    const [alert] = partition.take().alerts;
    return JSON.parse(Buffer.from(alert!.body).toString()).data.row.n;
  };
  const other = [{ time: 0, values: { n: 2 } }];
  const schemaOf = (partition: Partition) => partition.registry.streams.get('readings')!.schema;
  const stream = 'readings';
  assert.equal(
    seen((partition, payload) => ({ stream, schema: schemaOf(partition), payload, events: other })),
    2,
  );
  assert.equal(
    seen((partition, payload) => ({ stream, schema: { ...schemaOf(partition) }, payload, events: other })),
    1,
  );
  assert.equal(
    seen((partition) => ({ stream, schema: schemaOf(partition), payload: Buffer.from('?'), events: other })),
    1,
  );
});
