import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CloudEvent,
  cloudEventFrom,
  cloudEventOf,
  identityOf,
  isJsonType,
  withContext,
} from '../../src/event/cloudevent.js';
import type { JsonValue } from '../../src/event/json.js';
import { type StreamSchema, undeclaredSchema } from '../../src/event/schema.js';
import type { Type } from '../../src/event/value.js';

/** The example of the JSON Event Format (CloudEvents 1.0.2), its data an object. */
const EXAMPLE = {
  specversion: '1.0',
  type: 'com.example.someevent',
  source: '/mycontext',
  id: 'C234-1234-1234',
  time: '2018-04-05T17:31:00Z',
  comexampleextension1: 'value',
  comexampleothervalue: 5,
  datacontenttype: 'application/json',
  data: { appinfoA: 'abc', appinfoB: 123, appinfoC: true },
};

function taken(json: JsonValue): CloudEvent {
  const event = cloudEventOf(json);
  if ('code' in event) throw new Error(`${event.code}: ${event.message}`);
  return event;
}

function refused(change: Readonly<Record<string, JsonValue | undefined>>): string {
  const entries = Object.entries({ ...EXAMPLE, ...change }).filter(([, value]) => value !== undefined);
  const event = cloudEventOf(Object.fromEntries(entries) as JsonValue);
  return 'code' in event ? `${event.code}: ${event.message}` : 'taken';
}

test('the example of the specification: data is the event, everything else its context', () => {
  const { data, context } = taken(EXAMPLE);
  assert.deepEqual(data, EXAMPLE.data);
  assert.equal(context.get('comexampleothervalue'), '5');
  assert.equal(context.get('comexampleextension1'), 'value');
  assert.equal(context.has('data'), false);
});

test('source and id together are the identity, and no other pair has the same', () => {
  const id = (source: string, name: string) => identityOf(taken({ ...EXAMPLE, source, id: name }).context);
  assert.equal(id('/a', 'b'), id('/a', 'b'));
  const all = [id('/a', 'b'), id('/a', 'c'), id('/b', 'b'), id('/a,b', 'c'), id('/a', 'b,c'), id('/a', '"b')];
  assert.equal(new Set(all).size, all.length);
});

test('each required attribute must be there and not empty; all that lack are named', () => {
  for (const name of ['id', 'source', 'type', 'specversion']) {
    for (const value of [undefined, null, '']) {
      assert.match(refused({ [name]: value }), /^(missing_attribute|unsupported_specversion): /, name);
    }
  }
  assert.match(refused({ id: undefined, source: undefined }), /must have id and source$/);
});

test('version 1.0 and no other', () => {
  for (const version of ['0.3', '1.0.2', '2.0', '1']) {
    assert.match(refused({ specversion: version }), /^unsupported_specversion: /);
  }
});

test('attributes: names of lower-case letters and digits, values of three JSON types, strings as the specification has them', () => {
  const cases: Record<string, JsonValue>[] = [
    { someThing: 'x' },
    { some_thing: 'x' },
    { 'some-thing': 'x' },
    { ext: { a: 1 } },
    { ext: [1] },
    { ext: 1.5 },
    { ext: 2 ** 31 },
    { ext: 'line\nbreak' },
    { ext: '\ud800' },
    { ext: '\uffff' },
    { subject: '' },
    { dataschema: '' },
    { source: 'two words' },
    { time: 'yesterday' },
    { time: '2018-04-05' },
    { time: '2018-04-05T17:31:00' },
    { time: '2018-02-30T17:31:00Z' },
  ];
  for (const each of cases) assert.match(refused(each), /^invalid_attribute: /, JSON.stringify(each));
  for (const each of [
    { ext: -(2 ** 31) },
    { ext: true },
    { ext: 'é😀' },
    { ext: null },
    { time: '2018-04-05T17:31:00.123456789+02:00' },
    { source: 'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66' },
  ]) {
    assert.equal(refused(each), 'taken', JSON.stringify(each));
  }
});

test('data must be a JSON object', () => {
  for (const data of ['text', 5, true, [{ a: 1 }]]) {
    assert.match(refused({ data: data as JsonValue }), /^not_an_object: the data must be a JSON object/);
  }
  assert.match(refused({ data: undefined }), /^missing_data: /);
  assert.match(refused({ data: null }), /^missing_data: /);
  for (const datacontenttype of ['text/xml', 'application/octet-stream', 'json']) {
    assert.match(refused({ datacontenttype }), /^unsupported_data: /);
  }
  for (const datacontenttype of ['text/json', 'application/vnd.example+json; charset=utf-8', null]) {
    assert.equal(refused({ datacontenttype }), 'taken');
  }
});

test('data_base64 is taken where it holds a JSON object', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const { data: _, ...rest } = EXAMPLE;
  assert.deepEqual(taken({ ...rest, data_base64: encode('{"a":"é"}') }).data, { a: 'é' });
  const cases: [JsonValue, RegExp][] = [
    ['not base64!', /^unsupported_data: data_base64 is no base64/],
    ['YQ=', /^unsupported_data: /],
    [5, /^unsupported_data: /],
    [encode('[1]'), /^not_an_object: /],
    [encode('{'), /^invalid_json: /],
    [Buffer.from([0xff]).toString('base64'), /^invalid_utf8: /],
    ['', /^missing_data: /],
  ];
  for (const [encoded, expected] of cases) {
    assert.match(refused({ data: undefined, data_base64: encoded }), expected, JSON.stringify(encoded));
  }
  assert.match(refused({ data_base64: encode('{}') }), /^unsupported_data: data and data_base64 are both/);
});

test('what is no object is no CloudEvent', () => {
  for (const json of [null, 5, 'x', [EXAMPLE]]) {
    assert.match((cloudEventOf(json as JsonValue) as { code: string }).code, /^not_an_object$/);
  }
});

test('names are data: __proto__ in data stays a field, and is no attribute', () => {
  const json = JSON.parse(
    `{"specversion":"1.0","type":"t","source":"s","id":"1","data":{"__proto__":{"a":1}}}`,
  ) as JsonValue;
  assert.deepEqual(Object.keys(taken(json).data), ['__proto__']);
  const attribute = JSON.parse(
    `{"specversion":"1.0","type":"t","source":"s","id":"1","data":{},"__proto__":"x"}`,
  ) as JsonValue;
  assert.equal((cloudEventOf(attribute) as { code: string }).code, 'invalid_attribute');
});

test('JSON media types', () => {
  assert.deepEqual(
    [
      'application/json',
      'text/json;charset=utf-8',
      'a/b+json',
      'A/JSON',
      'application/jsonl',
      'json',
      '',
    ].map(isJsonType),
    [true, true, true, true, false, false, false],
  );
});

function schema(columns: Readonly<Record<string, Type['kind']>>, eventTime: string | null): StreamSchema {
  return {
    ...undeclaredSchema('s'),
    declared: true,
    columns: Object.entries(columns).map(([name, kind]) => ({
      name,
      type: { kind } as Type,
      nullable: true,
    })),
    eventTime,
  };
}

test('time fills the event-time column where data lacks it, and ce_ columns take their attribute', () => {
  const context = new Map([
    ...[['specversion', '1.0'] as const, ['id', '1'] as const, ['source', '/s'] as const],
    ...[['type', 't'] as const, ['time', '2018-04-05T17:31:00Z'] as const, ['urgent', 'true'] as const],
    ...[['count', '5'] as const],
  ]);
  const columns = schema(
    {
      ...({ x: 'BIGINT', at: 'TIMESTAMP', ce_type: 'VARCHAR', CE_Source: 'VARCHAR' } as const),
      ...({ ce_subject: 'VARCHAR', ce_urgent: 'BOOLEAN', ce_count: 'DOUBLE', type: 'VARCHAR' } as const),
    },
    'at',
  );
  const filled = withContext({ x: 1 }, context, columns);
  assert.deepEqual(filled, {
    ...{ x: 1, at: '2018-04-05T17:31:00Z', ce_type: 't', CE_Source: '/s', ce_urgent: true, ce_count: 5 },
  });
  const own = { x: 1, at: '2020-01-01T00:00:00Z', ce_type: 'mine' };
  const kept = withContext(own, context, schema({ at: 'TIMESTAMP', ce_type: 'VARCHAR' }, 'at'));
  assert.equal(kept, own);
  assert.deepEqual(withContext({ at: null }, context, schema({ at: 'TIMESTAMP' }, 'at')), {
    at: '2018-04-05T17:31:00Z',
  });
  assert.deepEqual(withContext({ x: 1 }, context, schema({ at: 'TIMESTAMP' }, null)), { x: 1 });
});

test('attributes beside the data are checked alike', () => {
  const context = new Map([
    ['specversion', '1.0'],
    ['id', '1'],
    ['source', '/s'],
    ['type', 't'],
  ]);
  assert.deepEqual((cloudEventFrom(context, { a: 1 }) as CloudEvent).data, { a: 1 });
  assert.equal((cloudEventFrom(context, null) as { code: string }).code, 'missing_data');
  assert.equal(
    (cloudEventFrom(new Map([...context, ['data', 'x']]), {}) as { code: string }).code,
    'invalid_attribute',
  );
  context.delete('id');
  assert.equal((cloudEventFrom(context, {}) as { code: string }).code, 'missing_attribute');
});
