import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CsvDecoder, type CsvRow, LONGEST_RECORD } from '../../src/event/csv.js';
import { decode } from '../../src/event/decode.js';
import type { JsonValue } from '../../src/event/json.js';
import { type StreamSchema, undeclaredSchema } from '../../src/event/schema.js';
import type { Type } from '../../src/event/value.js';
import { hold } from '../support/property.js';

function read(pieces: readonly string[], schema: StreamSchema | null = null): CsvRow[] {
  const decoder = new CsvDecoder(schema);
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

/** The rows' values; of those that are none, line and code. */
function rows(text: string, schema: StreamSchema | null = null): unknown[] {
  return read([text], schema).map((row) => ('code' in row ? `${row.line} ${row.code}` : row.values));
}

/** What a field becomes in a column of that type. */
function declared(field: string, type: Type): JsonValue | undefined {
  const columns = [{ name: 'x', type, nullable: true }];
  const [row] = read([`x,y\n${field},\n`], { ...undeclaredSchema('s'), declared: true, columns });
  assert.ok(row && 'values' in row);
  return row.values['x'];
}

test('a header line, then a record an event, with the line where it begins', () => {
  assert.deepEqual(read(['a,b\n1,x\n"2\n\n3",y\n4,z']), [
    { line: 2, values: { a: 1, b: 'x' } },
    { line: 3, values: { a: '2\n\n3', b: 'y' } },
    { line: 6, values: { a: 4, b: 'z' } },
  ]);
});

test('RFC 4180: quotes, doubled quotes, commas and line breaks in quotes, LF or CRLF, the last line with or without', () => {
  const expected = [
    { a: 'say "hi"', b: 'x,y' },
    { a: 'two\r\nlines', b: 'plain' },
  ];
  const text = 'a,b\r\n"say ""hi""","x,y"\r\n"two\r\nlines",plain';
  assert.deepEqual(rows(text), expected);
  assert.deepEqual(rows(`${text}\r\n`), expected);
  assert.deepEqual(rows(`${text}\n`), expected);
  assert.deepEqual(rows(`${text}\r`), expected);
  assert.deepEqual(rows('"a","b"\n"""",""""""\n'), [{ a: '"', b: '""' }]);
});

test('blank lines are skipped and counted', () => {
  assert.deepEqual(read(['\r\na\n\n1\r\n\r\n2\n\n']), [
    { line: 4, values: { a: 1 } },
    { line: 6, values: { a: 2 } },
  ]);
});

test('a byte order mark at the start is taken off, before a quote too, and kept elsewhere', () => {
  assert.deepEqual(rows('\ufeffa\nx'), [{ a: 'x' }]);
  assert.deepEqual(rows('\ufeff"a"\nx'), [{ a: 'x' }]);
  assert.deepEqual(rows('a\n\ufeffx'), [{ a: '\ufeffx' }]);
  assert.deepEqual(read(['', '\ufeff', 'a\n1']), [{ line: 2, values: { a: 1 } }]);
});

test('a quote inside a field that does not begin with one is text, and so is a lone CR', () => {
  assert.deepEqual(rows('a,b\n5" screw,x\ry\n'), [{ a: '5" screw', b: 'x\ry' }]);
});

test('an empty field is null, a quoted empty one is the empty text', () => {
  assert.deepEqual(rows('a,b,c\n,"",\n'), [{ a: null, b: '', c: null }]);
  assert.deepEqual(rows('a\n""\n'), [{ a: '' }]);
  assert.deepEqual(rows('a,b\n"x",'), [{ a: 'x', b: null }]);
  assert.deepEqual(rows('a,b\n,""'), [{ a: null, b: '' }]);
});

test('without a declaration: JSON numbers and truth values, text else', () => {
  const cases: Readonly<Record<string, JsonValue>> = {
    '12': 12,
    '-0.5': -0.5,
    '1e3': 1000,
    '1.5E-2': 0.015,
    true: true,
    false: false,
    True: 'True',
    null: 'null',
    '007': '007',
    '+5': '+5',
    '.5': '.5',
    '5.': '5.',
    '0x10': '0x10',
    ' 12': ' 12',
    NaN: 'NaN',
    '1e400': '1e400',
    '9007199254740991': 9_007_199_254_740_991,
    '9007199254740993': '9007199254740993',
    '2026-11-24': '2026-11-24',
  };
  for (const [field, value] of Object.entries(cases)) {
    assert.deepEqual(rows(`x,y\n${field},\n`), [{ x: value, y: null }], field);
    assert.deepEqual(rows(`x\n"${field}"\n`), [{ x: value }], field);
  }
});

test('of a declared column: the JSON form of its type, and text where it has none', () => {
  const of = (kind: 'BOOLEAN' | 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'TIMESTAMP' | 'INTERVAL'): Type => ({
    kind,
  });
  const cases: readonly (readonly [string, Type, JsonValue])[] = [
    ['007', of('VARCHAR'), '007'],
    ['true', of('VARCHAR'), 'true'],
    [' x ', of('VARCHAR'), ' x '],
    ['""', of('VARCHAR'), ''],
    ['TRUE', of('BOOLEAN'), true],
    [' false', of('BOOLEAN'), false],
    ['1', of('BOOLEAN'), '1'],
    ['600', of('DOUBLE'), 600],
    [' +.5 ', of('DOUBLE'), 0.5],
    ['007', of('DOUBLE'), 7],
    ['lots', of('DOUBLE'), 'lots'],
    ['0x10', of('DOUBLE'), '0x10'],
    ['1e999', of('DOUBLE'), '1e999'],
    ['""', of('DOUBLE'), null],
    ['  ', of('DOUBLE'), null],
    ['', of('DOUBLE'), null],
    ['12', of('BIGINT'), '12'],
    ['9223372036854775807', of('BIGINT'), '9223372036854775807'],
    ['12.0', of('BIGINT'), 12],
    ['12.5', of('BIGINT'), 12.5],
    [' 12.50', { kind: 'DECIMAL', precision: 5, scale: 2 }, '12.50'],
    ['2026-11-24 10:00:00', of('TIMESTAMP'), '2026-11-24 10:00:00'],
    ['1700000000000', of('TIMESTAMP'), 1_700_000_000_000],
    ['PT5M', of('INTERVAL'), 'PT5M'],
    ['"[1, ""x""]"', { kind: 'ARRAY', element: of('VARCHAR') }, [1, 'x']],
    ['"{""id"": 1}"', { kind: 'ROW', fields: [] }, { id: 1 }],
    ['[1', { kind: 'ARRAY', element: of('DOUBLE') }, '[1'],
  ];
  for (const [field, type, value] of cases)
    assert.deepEqual(declared(field, type), value, `${type.kind} ${field}`);
});

test('what a declared column cannot take is left to the decoder to refuse', () => {
  const columns = [
    { name: 'n', type: { kind: 'BIGINT' }, nullable: false },
    { name: 'd', type: { kind: 'DECIMAL', precision: 4, scale: 2 }, nullable: true },
  ] as const;
  const schema = { ...undeclaredSchema('s'), declared: true, columns };
  const found = read(['n,d,more\n9007199254740993,1.5,007\n12.5,,\n,,\n1,100,\n'], schema).map((row) => {
    assert.ok('values' in row);
    const decoded = decode(row.values, schema);
    return 'code' in decoded ? `${row.line} ${decoded.code}` : Object.values(decoded.values).map(String);
  });
  assert.deepEqual(found, [
    ['9007199254740993', '1.50', '007'],
    '3 wrong_type',
    '4 missing_value',
    '5 out_of_range',
  ]);
});

test('a record that is none is said with its line, and spoils no other', () => {
  assert.deepEqual(rows('a,b\n1\n1,2,3\n"x"y,2\n"x"\ry,2\n"1",2\n'), [
    '2 wrong_field_count',
    '3 wrong_field_count',
    '4 text_after_quote',
    '5 text_after_quote',
    { a: 1, b: 2 },
  ]);
  const [count, quote] = read(['a,b\n1\n1,"2"3\n']);
  assert.ok(count && 'message' in count && quote && 'message' in quote);
  assert.equal(count.message, 'the record has 1 field where the header has 2');
  assert.match(quote.message, /closing quote of field 2/);
});

test('a quote that is not closed swallows the rest, and is said with the line of its record', () => {
  assert.deepEqual(rows('a,b\n1,2\n3,"4\n5,6\n'), [{ a: 1, b: 2 }, '3 unclosed_quote']);
  assert.deepEqual(rows('"a\n1'), ['1 unclosed_quote']);
});

test('the header is required and names each column once; without one there are no rows', () => {
  assert.deepEqual(rows(''), ['1 missing_header']);
  assert.deepEqual(rows('\n\r\n'), ['1 missing_header']);
  assert.deepEqual(rows('a,b\n'), []);
  assert.deepEqual(rows('a,b'), []);
  assert.deepEqual(rows('\na,b,a\n1,2,3\n1\n"'), ['2 duplicate_column']);
  assert.deepEqual(rows('"a"b\n1\n'), ['1 text_after_quote']);
  assert.deepEqual(rows('a,\n1,2\n'), [{ a: 1, '': 2 }]);
});

test('column names are data', () => {
  const [row] = read(['__proto__,constructor\n1,2\n']);
  assert.ok(row && 'values' in row);
  assert.deepEqual(Object.entries(row.values), [
    ['__proto__', 1],
    ['constructor', 2],
  ]);
  assert.equal(Object.getPrototypeOf(row.values), Object.prototype);
});

test('a record beyond the limit is refused without being kept, and the next is read', () => {
  const piece = 'x'.repeat(1024 * 1024);
  const decoder = new CsvDecoder(null);
  assert.deepEqual(decoder.push('a,b\n1,"'), []);
  for (let length = 0; length <= LONGEST_RECORD; length += piece.length)
    assert.deepEqual(decoder.push(piece), []);
  assert.deepEqual(decoder.push(`\n",${','.repeat(10)}"x"y\n1,2\n`), [
    { line: 2, code: 'record_too_long', message: 'the record is longer than 16777216 characters' },
    { line: 4, values: { a: 1, b: 2 } },
  ]);
  const commas = ','.repeat(LONGEST_RECORD / 8);
  const wide = new CsvDecoder(null);
  wide.push('a\n');
  for (let i = 0; i <= 8; i++) wide.push(commas);
  assert.deepEqual(
    wide.push('\n1\n').map((row) => ('code' in row ? row.code : row.values)),
    ['record_too_long', { a: 1 }],
  );
});

const field = fc.string({
  unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', '😀', ' ', '\ufeff'),
  maxLength: 6,
});

test('property: what is written as RFC 4180 says is read as it was', (t) => {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const bare = (text: string): boolean => /^[aé😀 ]+$/u.test(text);
  const table = fc
    .uniqueArray(field, { minLength: 1, maxLength: 4 })
    .chain((names) =>
      fc.tuple(
        fc.constant(names),
        fc.array(fc.array(field, { minLength: names.length, maxLength: names.length })),
      ),
    );
  hold(
    t,
    fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), ([names, records], newline, end) => {
      const write = (fields: readonly string[]) =>
        fields.map((each) => (bare(each) ? each : quoted(each))).join(',');
      const text = [names, ...records].map(write).join(newline) + (end ? newline : '');
      assert.deepEqual(
        rows(text),
        records.map((fields) => Object.fromEntries(fields.map((each, i) => [names[i], each]))),
      );
    }),
    { numRuns: 500 },
  );
});

test('property: any text in any pieces gives the same rows', (t) => {
  const text = fc.string({
    unit: fc.constantFrom('a', '1', '"', '"', ',', ',', '\n', '\n', '\r', '\r\n', '😀', '\ufeff'),
    maxLength: 60,
  });
  hold(
    t,
    fc.property(
      fc.constantFrom('', 'a\n', 'a,b\n'),
      text,
      fc.array(fc.nat(80), { maxLength: 6 }),
      (head, rest, cuts) => {
        const content = head + rest;
        const places = [0, ...cuts.map((cut) => Math.min(cut, content.length)), content.length].sort(
          (a, b) => a - b,
        );
        const whole = read([content]);
        assert.deepEqual(read(places.slice(1).map((end, i) => content.slice(places[i], end))), whole);
        assert.deepEqual(read([...content]), whole);
        assert.deepEqual(read(content.split('')), whole);
      },
    ),
    { numRuns: 1_000 },
  );
});
