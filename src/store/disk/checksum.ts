import { crc32 } from 'node:zlib';

/** Bytes that a checksum takes at the head of a value. */
const SIZE = 4;

/**
 * A value as it is kept: the CRC-32 (ISO 3309, as in gzip) of its key and its body, then the body. It is a copy: the database
 * reads it later, when the caller may have reused its own buffers.
 */
export function seal(key: Uint8Array, ...body: readonly Uint8Array[]): Buffer {
  const size = body.reduce((sum, { length }) => sum + length, SIZE);
  const value = Buffer.allocUnsafe(size);
  let at = SIZE;
  for (const part of body) {
    value.set(part, at);
    at += part.length;
  }
  value.writeUInt32BE(sum(key, value), 0);
  return value;
}

/** The body of a kept value, not copied; null when it is not what was written under this key. */
export function unseal(key: Uint8Array, value: Buffer): Buffer | null {
  if (value.length < SIZE || value.readUInt32BE(0) !== sum(key, value)) return null;
  return bodyOf(value);
}

/** The body of a value that was just sealed. */
export function bodyOf(value: Buffer): Buffer {
  return value.subarray(SIZE);
}

function sum(key: Uint8Array, value: Buffer): number {
  return crc32(value.subarray(SIZE), crc32(key));
}
