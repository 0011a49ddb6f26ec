import type { Type } from '../event/value.js';

export function isNumericType(type: Type): boolean {
  return type.kind === 'BIGINT' || type.kind === 'DOUBLE' || type.kind === 'DECIMAL';
}

/**
 * The type that values of all these types are brought to (ISO/IEC 9075-2, 9.5): BIGINT to DECIMAL to DOUBLE, NULL to any.
 * Null: there is none. ANY with others is ANY, but for TIMESTAMP and INTERVAL, which JSON does not have: that takes a CAST.
 */
export function commonType(types: readonly Type[]): Type | null {
  let common: Type | null = { kind: 'NULL' };
  for (const type of types) common = common === null ? null : commonOfTwo(common, type);
  return common;
}

function commonOfTwo(a: Type, b: Type): Type | null {
  if (a.kind === 'NULL') return b;
  if (b.kind === 'NULL') return a;
  if (a.kind === 'ANY' || b.kind === 'ANY') {
    const other = a.kind === 'ANY' ? b : a;
    return other.kind === 'TIMESTAMP' || other.kind === 'INTERVAL' ? null : { kind: 'ANY' };
  }
  if (isNumericType(a) && isNumericType(b)) {
    if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return { kind: 'DOUBLE' };
    if (a.kind === 'BIGINT' && b.kind === 'BIGINT') return a;
    const x = asDecimalType(a);
    const y = asDecimalType(b);
    const scale = Math.max(x.scale, y.scale);
    return {
      kind: 'DECIMAL',
      precision: Math.min(38, Math.max(x.precision - x.scale, y.precision - y.scale) + scale),
      scale,
    };
  }
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') {
    const element = commonOfTwo(a.element, b.element);
    return element === null ? null : { kind: 'ARRAY', element };
  }
  return a.kind === b.kind ? a : null;
}

/** Whether CAST can turn a value of one type into another at all; a single value may still fail. */
export function canCast(from: Type, to: Type): boolean {
  if (from.kind === 'NULL' || from.kind === 'ANY' || to.kind === 'ANY' || to.kind === 'VARCHAR') return true;
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return canCast(from.element, to.element);
  if (from.kind === 'ROW' || to.kind === 'ROW') return from.kind === to.kind;
  if (from.kind === 'VARCHAR') return to.kind !== 'ARRAY' && to.kind !== 'NULL';
  if (from.kind === to.kind) return true;
  if (isNumericType(from)) return isNumericType(to) || to.kind === 'BOOLEAN' || to.kind === 'TIMESTAMP';
  if (from.kind === 'BOOLEAN') return isNumericType(to);
  return (from.kind === 'TIMESTAMP' || from.kind === 'INTERVAL') && isNumericType(to);
}

export type DecimalType = Type & { readonly kind: 'DECIMAL' };

/** A number's type as DECIMAL: BIGINT has 19 digits. */
export function asDecimalType(type: Type): DecimalType {
  return type.kind === 'DECIMAL' ? type : { kind: 'DECIMAL', precision: 19, scale: 0 };
}

/** A type as one writes it. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'ARRAY':
      return `ARRAY<${typeText(type.element)}>`;
    case 'ROW':
      return `ROW(${type.fields.map(({ name, type: each }) => `${name} ${typeText(each)}`).join(', ')})`;
    case 'ANY':
      return 'a value of an undeclared stream';
    default:
      return type.kind;
  }
}
