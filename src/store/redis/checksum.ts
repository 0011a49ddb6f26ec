import { crc32 } from 'node:zlib';
import { StoreError } from '../store.js';

const SIZE = 4;

/** The bytes with their CRC-32 before them. */
export function seal(bytes: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(SIZE + bytes.length);
  sealed.writeUInt32BE(crc32(bytes));
  sealed.set(bytes, SIZE);
  return sealed;
}

/** What was sealed. Throws StoreError `damaged`, saying of `what`, when the checksum does not fit. */
export function unseal(sealed: Buffer, what: string): Uint8Array {
  const bytes = sealed.subarray(SIZE);
  if (sealed.length < SIZE || crc32(bytes) !== sealed.readUInt32BE()) {
    throw new StoreError('damaged', `${what} fails its checksum: restore Redis from a backup`);
  }
  return new Uint8Array(bytes);
}

/** A value as sealed JSON. */
export function sealJson(value: unknown): Buffer {
  return seal(Buffer.from(JSON.stringify(value)));
}

/** What `sealJson` was given. Throws as `unseal` does. */
export function unsealJson<T>(sealed: Buffer, what: string): T {
  return JSON.parse(new TextDecoder().decode(unseal(sealed, what))) as T;
}
