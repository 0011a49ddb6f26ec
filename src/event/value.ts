import type { Decimal } from './decimal.js';

/**
 * A value at run time. Its SQL type is known from the schema or from the bound expression, never guessed from the value:
 *
 * - BOOLEAN: boolean. VARCHAR: string. DOUBLE: number.
 * - BIGINT: number while it is a safe integer, bigint beyond (normalised, so that `===` is equality).
 * - DECIMAL: Decimal.
 * - TIMESTAMP: number, milliseconds since 1970-01-01T00:00:00Z.
 * - INTERVAL: number, milliseconds.
 * - ARRAY: array. ROW and undeclared (ANY) values: what JSON.parse gives.
 */
export type Value = null | boolean | number | bigint | string | Decimal | readonly Value[] | ValueObject;

/** A nested object, read by path. Keys are data: `__proto__` and the like are own properties. */
export interface ValueObject {
  readonly [key: string]: Value;
}

/** A SQL type (`language.md`, Values). ANY is a value of an undeclared stream: its type is only known at run time. */
export type Type =
  | { readonly kind: 'BOOLEAN' | 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'TIMESTAMP' | 'INTERVAL' | 'ANY' | 'NULL' }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'ARRAY'; readonly element: Type }
  | { readonly kind: 'ROW'; readonly fields: readonly { readonly name: string; readonly type: Type }[] };
