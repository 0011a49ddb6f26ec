const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A BIGINT in its one run-time form: a number while it is safe, else a bigint. */
export function normalise(value: bigint): number | bigint {
  return value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : value;
}

/** A BIGINT in its run-time form, or null where 64 bits do not hold it. */
export function toBigint(value: bigint): number | bigint | null {
  return BigInt.asIntN(64, value) === value ? normalise(value) : null;
}
