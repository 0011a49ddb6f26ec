import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type } from '../../src/event/value.js';
import { aggregateNames, explainAggregate, resolveAggregate } from '../../src/language/aggregates.js';
import {
  checkArgument,
  explainCall,
  FUNCTIONS,
  functionNamed,
  functionNames,
  resolveFunction,
  signatureText,
} from '../../src/language/functions.js';
import { resolveOperator } from '../../src/language/operators.js';
import { commonType, typeText } from '../../src/language/promotion.js';

const t = (
  kind: 'BOOLEAN' | 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'TIMESTAMP' | 'INTERVAL' | 'ANY' | 'NULL',
): Type => ({ kind });
const decimal = (precision: number, scale: number): Type => ({ kind: 'DECIMAL', precision, scale });
const arrayOf = (element: Type): Type => ({ kind: 'ARRAY', element });

/** `NAME(types) -> type [casts]`, or what is wrong. */
function call(name: string, ...types: Type[]): string {
  const resolved = resolveFunction(name, types);
  const problem = explainCall(name, types);
  assert.equal(resolved === null, problem !== null, 'the two agree');
  if (resolved === null) return problem!;
  return `${resolved.name}(${resolved.parameterTypes.map(typeText).join(', ')}) -> ${typeText(resolved.type)}`;
}

test('names: every name and alias is unique, and found in any case', () => {
  assert.equal(
    new Set(functionNames).size,
    FUNCTIONS.flatMap(({ aliases }) => aliases).length + FUNCTIONS.length,
  );
  assert.equal(functionNamed('ceiling')?.name, 'CEIL');
  assert.equal(functionNamed('Character_Length')?.name, 'CHAR_LENGTH');
  assert.equal(functionNamed('constructor'), null);
  for (const name of aggregateNames) assert.equal(functionNamed(name), null, `${name} is an aggregate only`);
});

test('each function says what it is in one sentence, with an example that calls it', () => {
  for (const each of FUNCTIONS) {
    assert.match(each.description, /^[-A-Z0-9e].*\.$/, each.name);
    assert.ok(each.example[0].includes(`${each.name}(`), each.name);
    assert.match(signatureText(each), new RegExp(`^${each.name}\\(`));
  }
  assert.equal(signatureText(functionNamed('SUBSTR')!), 'SUBSTRING(varchar, bigint [, bigint]) -> VARCHAR');
  assert.equal(signatureText(functionNamed('COALESCE')!), 'COALESCE(common, ...) -> common');
});

test('calls: numbers are promoted, the rest must fit', () => {
  assert.equal(call('abs', t('BIGINT')), 'ABS(BIGINT) -> BIGINT');
  assert.equal(call('sqrt', decimal(5, 2)), 'SQRT(DOUBLE) -> DOUBLE');
  assert.equal(call('round', decimal(5, 2), t('BIGINT')), 'ROUND(DECIMAL(5, 2), BIGINT) -> DECIMAL(6, 2)');
  assert.equal(
    call('greatest', t('BIGINT'), t('DOUBLE'), t('NULL')),
    'GREATEST(DOUBLE, DOUBLE, DOUBLE) -> DOUBLE',
  );
  assert.equal(call('coalesce', t('NULL'), t('VARCHAR')), 'COALESCE(VARCHAR, VARCHAR) -> VARCHAR');
  assert.equal(call('nullif', t('BIGINT'), t('DOUBLE')), 'NULLIF(BIGINT, DOUBLE) -> BIGINT');
  assert.equal(call('if', t('BOOLEAN'), t('BIGINT')), 'IF(BOOLEAN, BIGINT) -> BIGINT');
  assert.equal(
    call('if', t('BOOLEAN'), t('BIGINT'), decimal(3, 1)),
    'IF(BOOLEAN, DECIMAL(20, 1), DECIMAL(20, 1)) -> DECIMAL(20, 1)',
  );
  assert.equal(
    call('mod', t('BIGINT'), decimal(3, 1)),
    'MOD(DECIMAL(19, 0), DECIMAL(3, 1)) -> DECIMAL(3, 1)',
  );
  assert.equal(call('concat', t('BIGINT'), t('ANY')), 'CONCAT(VARCHAR, VARCHAR) -> VARCHAR');
  assert.equal(
    call('element_at', arrayOf(t('BIGINT')), t('BIGINT')),
    'ELEMENT_AT(ARRAY<BIGINT>, BIGINT) -> BIGINT',
  );
  assert.equal(call('length', t('ANY')), 'CHAR_LENGTH(a value of an undeclared stream) -> BIGINT');
  assert.equal(call('upper', t('NULL')), 'UPPER(VARCHAR) -> VARCHAR');
  assert.equal(call('to_timestamp', t('VARCHAR')), 'TO_TIMESTAMP(VARCHAR) -> TIMESTAMP');
});

test('calls: what is wrong is said in the terms of the text', () => {
  assert.equal(call('upper', t('BIGINT')), 'UPPER takes VARCHAR as argument 1, not BIGINT');
  assert.equal(call('abs', t('VARCHAR')), 'ABS takes a number as argument 1, not VARCHAR');
  assert.equal(call('abs'), 'ABS takes 1 argument, not 0');
  assert.equal(call('substring', t('VARCHAR')), 'SUBSTRING takes 2 to 3 arguments, not 1');
  assert.equal(call('coalesce'), 'COALESCE takes 1 or more arguments, not 0');
  assert.equal(
    call('coalesce', t('BIGINT'), t('VARCHAR')),
    'COALESCE takes values of one type, not BIGINT and VARCHAR',
  );
  assert.equal(
    call('contains', arrayOf(t('BIGINT')), t('VARCHAR')),
    'CONTAINS takes a value of the type of the elements as argument 2, not VARCHAR',
  );
  assert.equal(
    call('to_unixtime', t('ANY')),
    'TO_UNIXTIME takes TIMESTAMP as argument 1, not a value of an undeclared stream: write CAST(... AS TIMESTAMP)',
  );
  assert.equal(call('frobnicate'), 'there is no function FROBNICATE');
});

test('constants: units, patterns, networks, addresses and latitudes are checked', () => {
  assert.equal(checkArgument('DATE_TRUNC', 0, 'hours'), null);
  assert.match(
    checkArgument('TIMESTAMPDIFF', 0, 'fortnight')!,
    /'fortnight' is no unit of time: MILLISECOND/,
  );
  assert.equal(checkArgument('REGEXP_LIKE', 1, 'a+b'), null);
  assert.match(checkArgument('REGEXP_LIKE', 1, '(a')!, /no RE2 regular expression: .*missing closing/);
  assert.match(checkArgument('REGEXP_LIKE', 1, '(?<=a)b')!, /no RE2 regular expression/);
  assert.equal(checkArgument('REGEXP_LIKE', 0, '(a'), null);
  for (const good of ['10.0.0.0/8', '10.1.2.3', '2001:db8::/32', '::ffff:10.0.0.0/104', '0.0.0.0/0']) {
    assert.equal(checkArgument('CIDR_CONTAINS', 0, good), null, good);
  }
  for (const bad of [
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '2001:db8::/129',
    '::ffff:10.0.0.0/8',
    '010.0.0.0/8x',
    '',
  ]) {
    assert.match(checkArgument('CIDR_CONTAINS', 0, bad)!, /is no network/, bad);
  }
  assert.match(checkArgument('CIDR_CONTAINS', 1, '300.1.1.1')!, /is no IP address/);
  assert.match(checkArgument('GEO_DISTANCE', 2, 91)!, /91 is no latitude/);
  assert.equal(checkArgument('GEO_DISTANCE', 3, 181), null);
  assert.equal(checkArgument('DATE_TRUNC', 0, null), null);
});

test('the common type: BIGINT to DECIMAL to DOUBLE, NULL to any', () => {
  assert.deepEqual(commonType([]), t('NULL'));
  assert.deepEqual(commonType([t('NULL'), t('INTERVAL')]), t('INTERVAL'));
  assert.deepEqual(commonType([t('BIGINT'), decimal(4, 2)]), decimal(21, 2));
  assert.deepEqual(commonType([decimal(4, 2), t('DOUBLE')]), t('DOUBLE'));
  assert.deepEqual(commonType([decimal(38, 0), decimal(38, 38)]), decimal(38, 38));
  assert.deepEqual(commonType([t('ANY'), t('VARCHAR')]), t('ANY'));
  assert.equal(commonType([t('ANY'), t('TIMESTAMP')]), null);
  assert.equal(commonType([t('VARCHAR'), t('TIMESTAMP')]), null);
  assert.deepEqual(commonType([arrayOf(t('NULL')), arrayOf(t('BIGINT'))]), arrayOf(t('BIGINT')));
});

test("operators: DECIMAL has Trino's digits, INTERVAL goes with times and numbers", () => {
  const type = (name: string, left: Type, right: Type) => {
    const resolved = resolveOperator(name, left, right);
    return resolved === null ? null : typeText(resolved.type);
  };
  const a = decimal(10, 2);
  const b = decimal(5, 3);
  assert.equal(type('+', a, b), 'DECIMAL(12, 3)');
  assert.equal(type('-', a, b), 'DECIMAL(12, 3)');
  assert.equal(type('*', a, b), 'DECIMAL(15, 5)');
  assert.equal(type('/', a, b), 'DECIMAL(14, 3)');
  assert.equal(type('%', a, b), 'DECIMAL(5, 3)');
  assert.equal(type('+', decimal(38, 2), b), 'DECIMAL(38, 3)');
  assert.equal(type('/', t('BIGINT'), t('BIGINT')), 'BIGINT');
  assert.equal(type('*', t('BIGINT'), t('DOUBLE')), 'DOUBLE');
  assert.equal(type('+', a, t('DOUBLE')), 'DOUBLE');
  assert.equal(type('-', t('TIMESTAMP'), t('TIMESTAMP')), 'INTERVAL');
  assert.equal(type('+', t('TIMESTAMP'), t('TIMESTAMP')), null);
  assert.equal(type('+', t('INTERVAL'), t('TIMESTAMP')), 'TIMESTAMP');
  assert.equal(type('-', t('INTERVAL'), t('TIMESTAMP')), null);
  assert.equal(type('*', t('DOUBLE'), t('INTERVAL')), 'INTERVAL');
  assert.equal(type('/', t('INTERVAL'), t('BIGINT')), 'INTERVAL');
  assert.equal(type('/', t('BIGINT'), t('INTERVAL')), null);
  assert.equal(type('*', t('TIMESTAMP'), t('BIGINT')), null);
  assert.equal(type('-', t('TIMESTAMP'), t('ANY')), null);
  assert.equal(type('+', t('ANY'), t('BIGINT')), 'DOUBLE');
  assert.equal(type('+', t('VARCHAR'), t('BIGINT')), null);
  assert.equal(type('||', t('VARCHAR'), t('NULL')), 'VARCHAR');
  assert.equal(type('||', t('VARCHAR'), t('BIGINT')), null);
  assert.equal(type('=', t('VARCHAR'), t('BIGINT')), null);
  assert.equal(type('<', t('BIGINT'), a), 'BOOLEAN');
  assert.deepEqual(resolveOperator('<', t('BIGINT'), a)!.parameterTypes, [decimal(21, 2), decimal(21, 2)]);
});

test('aggregates: AVG and the spreads give DOUBLE, of DECIMAL DECIMAL', () => {
  const type = (name: string, operand: Type | null) => {
    const resolved = resolveAggregate(name, operand);
    return resolved === null
      ? explainAggregate(name, operand)
      : `${resolved.name} ${typeText(resolved.type)}`;
  };
  assert.equal(type('count', null), 'COUNT BIGINT');
  assert.equal(type('avg', t('BIGINT')), 'AVG DOUBLE');
  assert.equal(type('AVG', decimal(10, 2)), 'AVG DECIMAL(38, 6)');
  assert.equal(type('sum', decimal(10, 2)), 'SUM DECIMAL(38, 2)');
  assert.equal(type('sum', t('BIGINT')), 'SUM BIGINT');
  assert.equal(type('sum', t('INTERVAL')), 'SUM INTERVAL');
  assert.equal(type('STDDEV_SAMP', t('DOUBLE')), 'STDDEV DOUBLE');
  assert.equal(type('var_samp', t('ANY')), 'VARIANCE DOUBLE');
  assert.equal(type('max', t('VARCHAR')), 'MAX VARCHAR');
  assert.equal(type('array_agg', t('TIMESTAMP')), 'ARRAY_AGG ARRAY<TIMESTAMP>');
  assert.equal(type('sum', t('VARCHAR')), 'SUM takes a number, not VARCHAR');
  assert.equal(type('stddev', t('INTERVAL')), 'STDDEV takes a number, not INTERVAL');
  assert.equal(type('max', null), 'only COUNT takes *: MAX takes an expression');
  assert.equal(type('median', t('DOUBLE')), 'there is no aggregate MEDIAN');
});
