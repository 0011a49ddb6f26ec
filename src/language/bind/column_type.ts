import type { Type } from '../../event/value.js';
import type { TypeName } from '../ast.js';
import type { Problems } from './problems.js';

const SIMPLE: Readonly<Record<string, Exclude<Type['kind'], 'DECIMAL' | 'ARRAY' | 'ROW' | 'ANY' | 'NULL'>>> =
  {
    BOOLEAN: 'BOOLEAN',
    BOOL: 'BOOLEAN',
    BIGINT: 'BIGINT',
    INT: 'BIGINT',
    INTEGER: 'BIGINT',
    SMALLINT: 'BIGINT',
    TINYINT: 'BIGINT',
    DOUBLE: 'DOUBLE',
    'DOUBLE PRECISION': 'DOUBLE',
    FLOAT: 'DOUBLE',
    REAL: 'DOUBLE',
    VARCHAR: 'VARCHAR',
    'CHARACTER VARYING': 'VARCHAR',
    CHARACTER: 'VARCHAR',
    CHAR: 'VARCHAR',
    STRING: 'VARCHAR',
    TEXT: 'VARCHAR',
    TIMESTAMP: 'TIMESTAMP',
    TIMESTAMP_LTZ: 'TIMESTAMP',
    'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP',
    'TIMESTAMP WITH LOCAL TIME ZONE': 'TIMESTAMP',
    'TIMESTAMP WITHOUT TIME ZONE': 'TIMESTAMP',
    INTERVAL: 'INTERVAL',
  };

const DECIMALS: readonly string[] = ['DECIMAL', 'NUMERIC', 'DEC'];
const NAMES: readonly string[] = [...Object.keys(SIMPLE), ...DECIMALS, 'ARRAY', 'ROW'];

/** Types whose name may be followed by one number, which says nothing more here. */
const SIZED: ReadonlySet<string> = new Set(['VARCHAR', 'DOUBLE', 'TIMESTAMP']);

/** A type as written (ISO 6.1), by its aliases too; null when a problem was noted. */
export function bindType(type: TypeName, problems: Problems): Type | null {
  const { name, parameters, span } = type;
  if (name === 'ARRAY' && type.element !== null) {
    const element = bindType(type.element, problems);
    return element === null ? null : { kind: 'ARRAY', element };
  }
  if (name === 'ROW') return bindRow(type, problems);
  if (DECIMALS.includes(name)) return bindDecimal(type, problems);
  const isInterval = name.startsWith('INTERVAL ');
  if (isInterval && /YEAR|MONTH/.test(name)) {
    const message = 'an interval of YEARS or MONTHS has no fixed length';
    return problems.error('bad_type', span, message, 'write INTERVAL DAY TO SECOND, or INTERVAL');
  }
  const simple = isInterval ? 'INTERVAL' : Object.hasOwn(SIMPLE, name) ? SIMPLE[name] : undefined;
  if (simple === undefined) {
    const hint =
      problems.suggest(name, NAMES) ?? (name === 'DATE' || name === 'TIME' ? 'use TIMESTAMP' : null);
    return problems.error(
      'unknown_type',
      span,
      `there is no type ${name}`,
      hint ??
        'there are BOOLEAN, BIGINT, DOUBLE, DECIMAL(p, s), VARCHAR, TIMESTAMP, INTERVAL, ARRAY<t> and ROW<...>',
    );
  }
  if (parameters.length > (SIZED.has(simple) ? 1 : 0)) {
    return problems.error(
      'bad_type',
      span,
      `${name} takes no ${parameters.length > 1 ? 'list of numbers' : 'number'}`,
    );
  }
  return { kind: simple };
}

function bindDecimal({ name, parameters, span }: TypeName, problems: Problems): Type | null {
  const [precision = 38, scale = 0] = parameters;
  if (parameters.length <= 2 && precision >= 1 && precision <= 38 && scale <= precision) {
    return { kind: 'DECIMAL', precision, scale };
  }
  return problems.error(
    'bad_type',
    span,
    `${name}(${parameters.join(', ')}) cannot be: it has 1 to 38 digits, and no more of them behind the point`,
    'write DECIMAL(12, 2) for ten digits before and two behind the point',
  );
}

function bindRow({ fields, span }: TypeName, problems: Problems): Type | null {
  const bound = fields.map(({ name, type }) => ({ name: name.name, type: bindType(type, problems) }));
  const names = bound.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    return problems.error('duplicate_field', span, `the ROW has two fields named ${twice}`);
  const known = bound.flatMap(({ name, type }) => (type === null ? [] : [{ name, type }]));
  return known.length === bound.length ? { kind: 'ROW', fields: known } : null;
}
