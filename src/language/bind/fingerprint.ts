import type { Bound } from '../plan.js';

/** A text that is equal for equal expressions only. JSON has no form for a bigint, which BIGINT and DECIMAL constants hold. */
export function fingerprint(bound: Bound): string {
  return JSON.stringify(bound, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
