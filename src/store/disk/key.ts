import { createHash } from 'node:crypto';

/**
 * Keys of the tables: a row of numbers and texts, in bytes that sort as the row does. Each part begins with its type.
 * A number is its IEEE 754 double, big endian, with the bits turned so that they sort; a text is its UTF-8 with each zero
 * byte followed by 0xff, closed by a zero byte and 0x01.
 */
export type Part = number | string | Uint8Array;

const NUMBER = 0x10;
const TEXT = Buffer.of(0x20);
const DIGEST = Buffer.of(0x30);
const END = Buffer.of(0, 1);
/** LMDB takes no longer key, in bytes. */
const LONGEST = 1_900;
/** A text that is only looked up is kept as its digest beyond this, in bytes. */
const LONGEST_NAME = 200;

/** The key of a row. Throws RangeError when it is too long. */
export function keyOf(...parts: readonly Part[]): Buffer {
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'number') return numberPart(only);
  const key = Buffer.concat(parts.map(partOf));
  if (key.length > LONGEST) throw new RangeError(`a key of ${key.length} bytes: ${LONGEST} are allowed`);
  return key;
}

/** The key just past every row that begins with these parts. */
export function pastAll(...parts: readonly Part[]): Buffer {
  return Buffer.concat([...parts.map(partOf), Buffer.of(0xff)]);
}

/** A text of any length as part of a key whose order does not matter. */
export function named(text: string): Part {
  return Buffer.byteLength(text) <= LONGEST_NAME ? text : createHash('sha256').update(text).digest();
}

/** The number that a key ends with. */
export function lastNumber(key: Uint8Array): number {
  const bits = Buffer.from(key.subarray(key.length - 8));
  if ((bits[0] ?? 0) >= 0x80) bits[0] = (bits[0] ?? 0) ^ 0x80;
  else for (let index = 0; index < 8; index++) bits[index] = (bits[index] ?? 0) ^ 0xff;
  return bits.readDoubleBE(0);
}

function partOf(part: Part): Buffer {
  if (typeof part === 'number') return numberPart(part);
  if (typeof part !== 'string') return Buffer.concat([DIGEST, part]);
  const plain = Buffer.from(part);
  return Buffer.concat([TEXT, plain.includes(0) ? escaped(plain) : plain, END]);
}

function escaped(bytes: Buffer): Buffer {
  return Buffer.from([...bytes].flatMap((byte) => (byte === 0 ? [0, 0xff] : [byte])));
}

function numberPart(number: number): Buffer {
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = NUMBER;
  // Plus zero: minus zero has other bits.
  bytes.writeDoubleBE(number + 0, 1);
  if ((bytes[1] ?? 0) < 0x80) bytes[1] = (bytes[1] ?? 0) | 0x80;
  else for (let index = 1; index < 9; index++) bytes[index] = (bytes[index] ?? 0) ^ 0xff;
  return bytes;
}
