import type { Type, Value } from '../event/value.js';
import { isAddress, isNetwork, regexpProblem } from './constant-form.js';
import { resolveOperator } from './operators.js';
import { commonType, isNumericType, typeText } from './promotion.js';

/**
 * What an argument may be. `numeric`: BIGINT, DECIMAL or DOUBLE, kept as it is. `common`: all arguments so marked are
 * brought to one type; `comparable`: they must have one, but stay as they are. `text`: any scalar, written out. `element`:
 * comparable with the elements of the array before it. `instant`: milliseconds or ISO text. `unit`, `regexp`, `network`,
 * `address`, `latitude`: VARCHAR or DOUBLE, of which a constant can be checked (`checkArgument`).
 */
export type Parameter =
  | 'boolean'
  | 'bigint'
  | 'double'
  | 'numeric'
  | 'varchar'
  | 'timestamp'
  | 'array'
  | 'common'
  | 'comparable'
  | 'text'
  | 'element'
  | 'instant'
  | 'unit'
  | 'regexp'
  | 'network'
  | 'address'
  | 'latitude';

/** A type, or: `first`, of the first argument; `rounded`, that with room for a carry; `common`; `element`, of the array; `remainder`. */
type Result =
  | 'BOOLEAN'
  | 'BIGINT'
  | 'DOUBLE'
  | 'VARCHAR'
  | 'TIMESTAMP'
  | 'first'
  | 'rounded'
  | 'common'
  | 'element'
  | 'remainder';

export interface ScalarFunction {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly parameters: readonly Parameter[];
  /** How many of the last parameters may be left out. */
  readonly optional: number;
  /** The last parameter may be repeated. */
  readonly variadic: boolean;
  readonly result: Result;
  readonly group: 'numeric' | 'text' | 'time' | 'array' | 'conditional' | 'network and place';
  readonly description: string;
  /** A call over `EXAMPLE_ROW` and the JSON it gives, as the reference shows and the tests check it. */
  readonly example: readonly [call: string, gives: string];
}

/** The row that the examples read. */
export const EXAMPLE_ROW: { readonly tags: readonly string[] } = { tags: ['vip', 'eu'] };

/** Every scalar function: the binder types calls by this table, and the reference page is made from it. */
// biome-ignore format: a table, a line each
export const FUNCTIONS: readonly ScalarFunction[] = [
  f('numeric', 'ABS', ['numeric'], 'first', 'The absolute value.', ['ABS(-3)', '3']),
  f('numeric', 'SIGN', ['numeric'], 'BIGINT', '-1, 0 or 1.', ['SIGN(-2.5)', '-1']),
  f('numeric', 'CEIL', ['numeric'], 'rounded', 'The least whole number not below.', ['CEIL(1.2e0)', '2'], { aliases: ['CEILING'] }),
  f('numeric', 'FLOOR', ['numeric'], 'rounded', 'The greatest whole number not above.', ['FLOOR(-1.2e0)', '-2']),
  f('numeric', 'ROUND', ['numeric', 'bigint'], 'rounded', 'Rounded half away from zero to that many digits behind the point (0 when left out; negative: before it).', ['ROUND(2.345e0, 2)', '2.35'], { optional: 1 }),
  f('numeric', 'TRUNCATE', ['numeric', 'bigint'], 'first', 'Cut towards zero to that many digits behind the point (0 when left out).', ['TRUNCATE(-1.99e0)', '-1'], { optional: 1, aliases: ['TRUNC'] }),
  f('numeric', 'MOD', ['numeric', 'numeric'], 'remainder', 'The remainder, with the sign of the first; the same as %.', ['MOD(-7, 3)', '-1']),
  f('numeric', 'POWER', ['double', 'double'], 'DOUBLE', 'The first to the power of the second.', ['POWER(2, 10)', '1024'], { aliases: ['POW'] }),
  f('numeric', 'SQRT', ['double'], 'DOUBLE', 'The square root; NULL of a negative number.', ['SQRT(9)', '3']),
  f('numeric', 'EXP', ['double'], 'DOUBLE', 'e to that power.', ['EXP(0)', '1']),
  f('numeric', 'LN', ['double'], 'DOUBLE', 'The natural logarithm; NULL unless the number is positive.', ['LN(1)', '0']),
  f('numeric', 'LOG10', ['double'], 'DOUBLE', 'The logarithm to base 10; NULL unless the number is positive.', ['LOG10(1000)', '3']),
  f('numeric', 'LOG', ['double', 'double'], 'DOUBLE', 'The logarithm of the second to the base of the first.', ['LOG(2, 8)', '3']),
  f('numeric', 'SIN', ['double'], 'DOUBLE', 'The sine of an angle in radians.', ['SIN(0)', '0']),
  f('numeric', 'COS', ['double'], 'DOUBLE', 'The cosine of an angle in radians.', ['COS(0)', '1']),
  f('numeric', 'TAN', ['double'], 'DOUBLE', 'The tangent of an angle in radians.', ['TAN(0)', '0']),
  f('numeric', 'ASIN', ['double'], 'DOUBLE', 'The arc sine, in radians.', ['ASIN(0)', '0']),
  f('numeric', 'ACOS', ['double'], 'DOUBLE', 'The arc cosine, in radians.', ['ACOS(1)', '0']),
  f('numeric', 'ATAN', ['double'], 'DOUBLE', 'The arc tangent, in radians.', ['ATAN(0)', '0']),
  f('numeric', 'ATAN2', ['double', 'double'], 'DOUBLE', 'The angle of the point (x, y) in radians, y given first.', ['ATAN2(0, 1)', '0']),
  f('numeric', 'DEGREES', ['double'], 'DOUBLE', 'Radians in degrees.', ['DEGREES(PI())', '180']),
  f('numeric', 'RADIANS', ['double'], 'DOUBLE', 'Degrees in radians.', ['RADIANS(0)', '0']),
  f('numeric', 'PI', [], 'DOUBLE', 'The number pi.', ['ROUND(PI(), 4)', '3.1416']),
  f('conditional', 'COALESCE', ['common'], 'common', 'The first that is not NULL.', ['COALESCE(NULL, 7)', '7'], { variadic: true }),
  f('conditional', 'NULLIF', ['comparable', 'comparable'], 'first', 'NULL when both are equal, else the first.', ['NULLIF(5, 5)', 'null']),
  f('conditional', 'IF', ['boolean', 'common', 'common'], 'common', 'The second when the first is true, else the third (NULL when left out).', ["IF(2 > 1, 'more', 'less')", '"more"'], { optional: 1 }),
  f('conditional', 'GREATEST', ['common'], 'common', 'The greatest; NULL when one is NULL.', ['GREATEST(1, 3, 2)', '3'], { variadic: true }),
  f('conditional', 'LEAST', ['common'], 'common', 'The least; NULL when one is NULL.', ['LEAST(3, 1, 2)', '1'], { variadic: true }),
  f('text', 'CHAR_LENGTH', ['varchar'], 'BIGINT', 'How many characters (code points).', ["CHAR_LENGTH('bell')", '4'], { aliases: ['CHARACTER_LENGTH', 'LENGTH'] }),
  f('text', 'UPPER', ['varchar'], 'VARCHAR', 'In upper case.', ["UPPER('ab')", '"AB"'], { aliases: ['UCASE'] }),
  f('text', 'LOWER', ['varchar'], 'VARCHAR', 'In lower case.', ["LOWER('AB')", '"ab"'], { aliases: ['LCASE'] }),
  f('text', 'TRIM', ['varchar', 'varchar'], 'VARCHAR', 'Without spaces, or without the characters of the second, at both ends.', ["TRIM('  a ')", '"a"'], { optional: 1, aliases: ['BTRIM'] }),
  f('text', 'LTRIM', ['varchar', 'varchar'], 'VARCHAR', 'The same at the start only.', ["LTRIM('xxa', 'x')", '"a"'], { optional: 1 }),
  f('text', 'RTRIM', ['varchar', 'varchar'], 'VARCHAR', 'The same at the end only.', ["RTRIM('a  ')", '"a"'], { optional: 1 }),
  f('text', 'SUBSTRING', ['varchar', 'bigint', 'bigint'], 'VARCHAR', 'From that character on (1 is the first), that many or to the end.', ["SUBSTRING('tocsin', 3, 2)", '"cs"'], { optional: 1, aliases: ['SUBSTR'] }),
  f('text', 'POSITION', ['varchar', 'varchar'], 'BIGINT', 'Where the first stands in the second, from 1; 0 when it does not.', ["POSITION('c', 'tocsin')", '3']),
  f('text', 'STRPOS', ['varchar', 'varchar'], 'BIGINT', 'Where the second stands in the first, from 1; 0 when it does not.', ["STRPOS('tocsin', 'c')", '3']),
  f('text', 'CONCAT', ['text'], 'VARCHAR', 'One after the other; NULL when one is NULL.', ["CONCAT('a', 1)", '"a1"'], { variadic: true }),
  f('text', 'REPLACE', ['varchar', 'varchar', 'varchar'], 'VARCHAR', 'With each of the second replaced by the third (taken out when left out).', ["REPLACE('a-b-c', '-', '.')", '"a.b.c"'], { optional: 1 }),
  f('text', 'LPAD', ['varchar', 'bigint', 'varchar'], 'VARCHAR', 'Filled up at the start to that length with the third, or spaces; cut when longer.', ["LPAD('7', 3, '0')", '"007"'], { optional: 1 }),
  f('text', 'RPAD', ['varchar', 'bigint', 'varchar'], 'VARCHAR', 'Filled up at the end to that length with the third, or spaces; cut when longer.', ["RPAD('a', 3, '.')", '"a.."'], { optional: 1 }),
  f('text', 'REVERSE', ['varchar'], 'VARCHAR', 'Backwards.', ["REVERSE('abc')", '"cba"']),
  f('text', 'STARTS_WITH', ['varchar', 'varchar'], 'BOOLEAN', 'Whether the first begins with the second.', ["STARTS_WITH('tocsin', 'to')", 'true']),
  f('text', 'SPLIT_PART', ['varchar', 'varchar', 'bigint'], 'VARCHAR', 'The n-th part between separators, from 1; NULL past the last.', ["SPLIT_PART('a/b/c', '/', 2)", '"b"']),
  f('text', 'REGEXP_LIKE', ['varchar', 'regexp'], 'BOOLEAN', 'Whether the pattern (RE2 syntax) is found in the text, in time linear in its length.', ["REGEXP_LIKE('GET /admin', '^GET /(admin|root)')", 'true']),
  f('time', 'DATE_TRUNC', ['unit', 'timestamp'], 'TIMESTAMP', 'Cut to the unit, MILLISECOND to YEAR; a WEEK begins on Monday.', ["DATE_TRUNC('HOUR', TIMESTAMP '2026-11-23 21:05:00')", '"2026-11-23T21:00:00.000Z"']),
  f('time', 'DATE_DIFF', ['unit', 'timestamp', 'timestamp'], 'BIGINT', 'Whole units from the second argument to the third.', ["DATE_DIFF('MINUTE', TIMESTAMP '2026-11-23 21:00:00', TIMESTAMP '2026-11-23 21:05:30')", '5'], { aliases: ['TIMESTAMPDIFF'] }),
  f('time', 'DATE_ADD', ['unit', 'bigint', 'timestamp'], 'TIMESTAMP', 'That many units later.', ["DATE_ADD('DAY', 1, TIMESTAMP '2026-11-23 21:05:00')", '"2026-11-24T21:05:00.000Z"'], { aliases: ['TIMESTAMPADD'] }),
  f('time', 'TO_TIMESTAMP', ['instant'], 'TIMESTAMP', 'The time of an ISO 8601 text, or that many milliseconds after 1970.', ['TO_TIMESTAMP(60000)', '"1970-01-01T00:01:00.000Z"']),
  f('time', 'FROM_UNIXTIME', ['double'], 'TIMESTAMP', 'The time that many seconds after 1970.', ['FROM_UNIXTIME(60)', '"1970-01-01T00:01:00.000Z"']),
  f('time', 'TO_UNIXTIME', ['timestamp'], 'DOUBLE', 'Seconds since 1970, with their fraction.', ["TO_UNIXTIME(TIMESTAMP '1970-01-01 00:01:00')", '60']),
  f('array', 'CARDINALITY', ['array'], 'BIGINT', 'How many elements.', ['CARDINALITY(tags)', '2']),
  f('array', 'CONTAINS', ['array', 'element'], 'BOOLEAN', 'Whether the array has that element.', ["CONTAINS(tags, 'vip')", 'true']),
  f('array', 'ELEMENT_AT', ['array', 'bigint'], 'element', 'The element at that place, from 1, or from the end when negative; NULL where there is none.', ['ELEMENT_AT(tags, -1)', '"eu"']),
  f('array', 'ARRAY_MAX', ['array'], 'element', 'The greatest element; NULL when one is NULL.', ['ARRAY_MAX(tags)', '"vip"']),
  f('array', 'ARRAY_MIN', ['array'], 'element', 'The least element; NULL when one is NULL.', ['ARRAY_MIN(tags)', '"eu"']),
  f('network and place', 'GEO_DISTANCE', ['latitude', 'double', 'latitude', 'double'], 'DOUBLE', 'Metres between two places, each given as latitude and longitude in degrees: the great circle on a sphere of 6,371,008.8 m, the mean radius of the earth (IUGG).', ['ROUND(GEO_DISTANCE(0, 0, 0, 1))', '111195']),
  f('network and place', 'CIDR_CONTAINS', ['network', 'address'], 'BOOLEAN', 'Whether the network has the address. IPv4 and IPv6; an IPv4 address written as IPv6 (::ffff:10.1.2.3) is the IPv4 one.', ["CIDR_CONTAINS('10.0.0.0/8', '10.1.2.3')", 'true']),
];

/** The fields of EXTRACT; each gives a BIGINT. WEEK is ISO 8601's, DAY_OF_WEEK runs from 1, Monday, to 7, EPOCH is seconds since 1970. */
export const EXTRACT_FIELDS: readonly string[] = [
  'YEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAY',
  'DAY_OF_WEEK',
  'DOW',
  'DAY_OF_YEAR',
  'DOY',
  'HOUR',
  'MINUTE',
  'SECOND',
  'MILLISECOND',
  'EPOCH',
];

/** Those that an INTERVAL has. */
export const INTERVAL_FIELDS: readonly string[] = ['DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'EPOCH'];

/** The units of DATE_TRUNC, DATE_DIFF and DATE_ADD, in any case; a plural S may follow. */
export const TIME_UNITS: readonly string[] = [
  'MILLISECOND',
  'SECOND',
  'MINUTE',
  'HOUR',
  'DAY',
  'WEEK',
  'MONTH',
  'QUARTER',
  'YEAR',
];

const BY_NAME = new Map(
  FUNCTIONS.flatMap((each) => [each.name, ...each.aliases].map((name) => [name, each] as const)),
);

/** The function of a name in any case, by an alias too, or null. */
export function functionNamed(name: string): ScalarFunction | null {
  return BY_NAME.get(name.toUpperCase()) ?? null;
}

/** Every name that a call may have, for suggestions. */
export const functionNames: readonly string[] = [...BY_NAME.keys()];

export interface ResolvedFunction {
  /** The table's name, for the call node. */
  readonly name: string;
  readonly type: Type;
  /** What each argument is to be cast to; its own type where it stays as it is. */
  readonly parameterTypes: readonly Type[];
}

/** The types of a call, or null: no such function, or not with these arguments (`explainCall` says what is wrong). */
export function resolveFunction(name: string, types: readonly Type[]): ResolvedFunction | null {
  const each = functionNamed(name);
  const resolved = each === null ? null : fit(each, types);
  return typeof resolved === 'string' ? null : resolved;
}

/** What is wrong with a call, in the user's words; null when nothing is. */
export function explainCall(name: string, types: readonly Type[]): string | null {
  const each = functionNamed(name);
  if (each === null) return `there is no function ${name.toUpperCase()}`;
  const resolved = fit(each, types);
  return typeof resolved === 'string' ? resolved : null;
}

/** What is wrong with a constant argument (index from 0) of a function, in the user's words, or null. NULL is never wrong. */
export function checkArgument(name: string, index: number, value: Value): string | null {
  const each = functionNamed(name);
  if (each === null || value === null) return null;
  switch (parameterAt(each, index)) {
    case 'unit':
      return TIME_UNITS.includes(String(value).toUpperCase().replace(/S$/, ''))
        ? null
        : `'${String(value)}' is no unit of time: ${TIME_UNITS.join(', ')}`;
    case 'regexp':
      return regexpProblem(String(value));
    case 'network':
      return isNetwork(String(value))
        ? null
        : `'${String(value)}' is no network: write '10.0.0.0/8' or '2001:db8::/32'`;
    case 'address':
      return isAddress(String(value)) ? null : `'${String(value)}' is no IP address`;
    case 'latitude':
      return Math.abs(Number(value)) <= 90
        ? null
        : `${String(value)} is no latitude: it goes from -90 to 90 degrees`;
    default:
      return null;
  }
}

/** `SUBSTRING(varchar, bigint [, bigint]) -> VARCHAR`, for messages and the reference. */
export function signatureText(each: ScalarFunction): string {
  const least = each.parameters.length - each.optional;
  const required = each.parameters.slice(0, least).join(', ') + (each.variadic ? ', ...' : '');
  const rest = each.parameters.slice(least).map((parameter) => ` [, ${parameter}]`);
  return `${each.name}(${required}${rest.join('')}) -> ${each.result}`;
}

function parameterAt(each: ScalarFunction, index: number): Parameter | undefined {
  return each.parameters[each.variadic ? Math.min(index, each.parameters.length - 1) : index];
}

function fit(each: ScalarFunction, types: readonly Type[]): ResolvedFunction | string {
  const least = each.parameters.length - each.optional;
  if (types.length < least || (!each.variadic && types.length > each.parameters.length)) {
    const range = each.variadic
      ? `${least} or more`
      : each.optional > 0
        ? `${least} to ${each.parameters.length}`
        : `${least}`;
    return `${each.name} takes ${range} argument${range === '1' ? '' : 's'}, not ${types.length}`;
  }
  const shared = types.filter((_, i) => ['common', 'comparable'].includes(parameterAt(each, i)!));
  const common = commonType(shared);
  if (common === null)
    return `${each.name} takes values of one type, not ${shared.map(typeText).join(' and ')}`;
  const parameterTypes: Type[] = [];
  for (const [i, type] of types.entries()) {
    const parameter = parameterAt(each, i)!;
    const target =
      parameter === 'common' && type.kind !== 'ANY' ? common : accept(parameter, type, parameterTypes[i - 1]);
    if (target === null) {
      const hint = parameter === 'timestamp' && type.kind === 'ANY' ? ': write CAST(... AS TIMESTAMP)' : '';
      return `${each.name} takes ${EXPECTED[parameter] ?? parameter.toUpperCase()} as argument ${i + 1}, not ${typeText(type)}${hint}`;
    }
    parameterTypes.push(target);
  }
  if (each.result === 'remainder') {
    const remainder = resolveOperator('%', types[0]!, types[1]!);
    return remainder === null
      ? `${each.name} takes numbers, not ${types.map(typeText).join(' and ')}`
      : { ...remainder, name: each.name };
  }
  return { name: each.name, type: resultType(each.result, types, parameterTypes, common), parameterTypes };
}

const EXPECTED: Partial<Record<Parameter, string>> = {
  double: 'a number',
  numeric: 'a number',
  latitude: 'a number',
  bigint: 'a whole number',
  array: 'an array',
  text: 'a single value',
  element: 'a value of the type of the elements',
  instant: 'milliseconds or ISO 8601 text',
  unit: 'a unit of time',
  regexp: 'VARCHAR',
  network: 'VARCHAR',
  address: 'VARCHAR',
};

/** The type that an argument is brought to, or null when it does not fit. ANY is looked at when the call is evaluated. */
function accept(parameter: Parameter, type: Type, before: Type | undefined): Type | null {
  switch (parameter) {
    case 'common':
    case 'comparable':
      return type;
    case 'text':
      return type.kind === 'ARRAY' || type.kind === 'ROW' ? null : { kind: 'VARCHAR' };
    case 'element': {
      if (type.kind === 'ANY' || before?.kind !== 'ARRAY') return type;
      const common = commonType([before.element, type]);
      return common === null ? null : type;
    }
  }
  // JSON has no times: without a CAST it would be text or a number.
  if (type.kind === 'ANY') return parameter === 'timestamp' ? null : type;
  const target = TARGETS[parameter];
  if (type.kind === 'NULL')
    return target ?? (parameter === 'array' ? { kind: 'ARRAY', element: type } : type);
  switch (parameter) {
    case 'numeric':
      return isNumericType(type) ? type : null;
    case 'double':
    case 'latitude':
      return isNumericType(type) ? { kind: 'DOUBLE' } : null;
    case 'array':
      return type.kind === 'ARRAY' ? type : null;
    case 'instant':
      return type.kind === 'BIGINT' || type.kind === 'VARCHAR' ? type : null;
    default:
      return target !== undefined && type.kind === target.kind ? type : null;
  }
}

const TARGETS: Partial<Record<Parameter, Type>> = {
  boolean: { kind: 'BOOLEAN' },
  bigint: { kind: 'BIGINT' },
  double: { kind: 'DOUBLE' },
  latitude: { kind: 'DOUBLE' },
  numeric: { kind: 'BIGINT' },
  varchar: { kind: 'VARCHAR' },
  unit: { kind: 'VARCHAR' },
  regexp: { kind: 'VARCHAR' },
  network: { kind: 'VARCHAR' },
  address: { kind: 'VARCHAR' },
  instant: { kind: 'BIGINT' },
  timestamp: { kind: 'TIMESTAMP' },
};

function resultType(
  result: Result,
  types: readonly Type[],
  parameterTypes: readonly Type[],
  common: Type,
): Type {
  switch (result) {
    case 'first':
      return parameterTypes[0]!;
    case 'rounded': {
      const first = parameterTypes[0]!;
      return first.kind === 'DECIMAL' ? { ...first, precision: Math.min(38, first.precision + 1) } : first;
    }
    case 'common':
      return common;
    case 'element':
      return types[0]!.kind === 'ARRAY'
        ? types[0]!.element
        : { kind: types[0]!.kind === 'NULL' ? 'NULL' : 'ANY' };
    case 'remainder':
      return common;
    default:
      return { kind: result };
  }
}

function f(
  group: ScalarFunction['group'],
  name: string,
  parameters: readonly Parameter[],
  result: Result,
  description: string,
  example: ScalarFunction['example'],
  more: {
    readonly aliases?: readonly string[];
    readonly optional?: number;
    readonly variadic?: boolean;
  } = {},
): ScalarFunction {
  const { aliases = [], optional = 0, variadic = false } = more;
  return { group, name, aliases, parameters, optional, variadic, result, description, example };
}
