/**
 * The form of LMDB's pages (`MDB_page`, `MDB_node`, `MDB_db`, `MDB_ovpage` of mdb.c on 64 bits, little endian), read with
 * nothing taken on trust.
 */

/** What is wrong with a page, as the end of a sentence. */
export class PageError extends Error {}

// Header: number (8), transaction (8), padding (2), flags (2), lower and upper (2 each) or the count of overflow pages (4).
export const HEADER = 24;
export const BRANCH = 0x01;
export const LEAF = 0x02;
export const OVERFLOW = 0x04;

// Node: data size or page number (4, and 2 more of a page number), flags (2), key size (2), key, data.
const NODE = 8;
const BIG = 0x01;
const SUBTREE = 0x02;

/** `MDB_ovpage`, `MDB_db`, in bytes. */
const OVERFLOW_RECORD = 24;
export const TREE_RECORD = 48;

/** The root of an empty tree. */
const NONE = 2n ** 64n - 1n;

export interface Header {
  readonly number: number;
  readonly transaction: number;
  readonly flags: number;
  /** Of the first of some overflow pages: how many. */
  readonly pages: number;
}

/** Where a row stands in its leaf: its key, and behind that its value up to `end`. Places are bytes from the page's beginning. */
export interface Node {
  /** `value`: in the page; `big`: in overflow pages; `tree`: the record of a table. */
  readonly kind: 'value' | 'big' | 'tree';
  readonly key: number;
  readonly keyEnd: number;
  readonly end: number;
  /** Bytes of the value, wherever it is. */
  readonly size: number;
}

/** Where a key stands in its branch, and the page that holds what comes from it on. */
export interface Child {
  readonly key: number;
  readonly keyEnd: number;
  readonly page: number;
}

/** A table's record: where its tree begins, and how large it is. */
export interface TreeRecord {
  readonly flags: number;
  readonly depth: number;
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
  /** Null: it is empty. */
  readonly root: number | null;
}

/** A whole number of 64 bits. Throws PageError for one that no database has. */
export function numberAt(page: Buffer, at: number): number {
  const number = Number(page.readBigUInt64LE(at));
  if (!Number.isSafeInteger(number)) throw new PageError('a number is out of range');
  return number;
}

export function headerOf(page: Buffer): Header {
  return {
    number: numberAt(page, 0),
    transaction: numberAt(page, 8),
    flags: page.readUInt16LE(18),
    pages: page.readUInt32LE(20),
  };
}

export function treeRecordAt(bytes: Buffer, at: number): TreeRecord {
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    ...{ branches: numberAt(bytes, at + 8), leaves: numberAt(bytes, at + 16) },
    ...{ overflows: numberAt(bytes, at + 24), entries: numberAt(bytes, at + 32) },
    root: root === NONE ? null : numberAt(bytes, at + 40),
  };
}

/** The rows of a leaf, in order. Throws PageError when they do not fill the page as they should. */
export function nodesOf(page: Buffer): readonly Node[] {
  return itemsOf(page, (start) => {
    const flags = page.readUInt16LE(start + 4);
    const kind = flags === 0 ? 'value' : flags === BIG ? 'big' : flags === SUBTREE ? 'tree' : null;
    if (kind === null) throw new PageError(`a row of kind ${flags} is none`);
    const key = start + NODE;
    const keyEnd = key + page.readUInt16LE(start + 6);
    const size = page.readUInt32LE(start);
    return { kind, key, keyEnd, end: keyEnd + (kind === 'big' ? OVERFLOW_RECORD : size), size };
  });
}

/** The children of a branch, in order; the first one's key says nothing. Throws PageError as `nodesOf`. */
export function childrenOf(page: Buffer): readonly Child[] {
  return itemsOf(page, (start) => {
    const key = start + NODE;
    const keyEnd = key + page.readUInt16LE(start + 6);
    const child = page.readUInt32LE(start) + page.readUInt16LE(start + 4) * 2 ** 32;
    return { key, keyEnd, end: keyEnd, page: child };
  });
}

/** Reads what begins at each of the page's places. Together they fill it from `upper` to its end, without gap or overlap. */
function itemsOf<T extends { readonly end: number }>(page: Buffer, read: (start: number) => T): readonly T[] {
  const lower = page.readUInt16LE(20);
  const upper = page.readUInt16LE(22);
  if (lower % 2 !== 0 || lower > upper || HEADER + upper > page.length) {
    throw new PageError('its bounds do not fit');
  }
  const starts = new Uint16Array(lower / 2);
  for (let index = 0; index < starts.length; index++) {
    starts[index] = HEADER + page.readUInt16LE(HEADER + 2 * index);
  }
  const items = Array.from(starts, read);
  const ends = new Map<number, number>();
  for (const [index, start] of starts.entries()) ends.set(start, items[index]!.end);
  let end = HEADER + upper;
  for (const start of starts.sort()) {
    if (start !== end) throw new PageError('its rows do not fill it');
    end = ends.get(start)!;
    end += end % 2;
  }
  if (end !== page.length) throw new PageError('its rows do not fill it');
  return items;
}
