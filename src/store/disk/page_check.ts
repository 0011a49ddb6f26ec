import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { StoreError } from '../store.js';
import { unseal } from './checksum.js';
import {
  BRANCH,
  type Child,
  childrenOf,
  HEADER,
  headerOf,
  LEAF,
  type Node,
  nodesOf,
  numberAt,
  OVERFLOW,
  PageError,
  TREE_RECORD,
  type TreeRecord,
  treeRecordAt,
} from './page.js';

// Within a meta page (`MDB_meta` of mdb.c).
const MAP_SIZE = HEADER + 16;
const FREE_TREE = HEADER + 24;
const MAIN_TREE = FREE_TREE + TREE_RECORD;
const LAST_PAGE = MAIN_TREE + TREE_RECORD;
const TRANSACTION = LAST_PAGE + 8;
const OVERLAPPING_SYNC = 0x1000;
/** More address space than the processor has. */
const LARGEST_MAP = 2 ** 46;
/** The transaction of every page of a copy that LMDB made compact. */
const COPIED = 1;
const LONGEST_BRANCH = 32;
const FREE = 'the list of free pages';
/** Leaves that are checked before others get their turn. */
const SLICE = 200;

/** One tree of the file: a table, the list of tables, or the list of free pages. */
interface Tree {
  /** For messages. */
  readonly what: string;
  /** Its keys are numbers, not bytes. */
  readonly isNumbered: boolean;
  /** Looks at a row; `value` gives the bytes, of one that has pages of its own too. */
  readonly take: (page: Buffer, node: Node, value: () => Buffer) => Promise<void> | void;
  branches: number;
  leaves: number;
  overflows: number;
  entries: number;
}

/** Where a page may lie in its tree: keys from `low` on and below `high`, written no later than its parent. */
interface Place {
  readonly level: number;
  readonly low: Buffer | null;
  readonly high: Buffer | null;
  readonly newest: number;
}

/** What the file should hold. */
export interface Expected {
  /** What a row of each table is, for messages. */
  readonly rows: Readonly<Record<string, string>>;
  /** Tables in which a row is looked for that need not be there: nobody would miss one whose key is damaged. */
  readonly lookups: ReadonlySet<string>;
}

/**
 * Checks every page of an LMDB file that is in use, before LMDB maps it: it trusts its pages, and one that is damaged makes it
 * miss rows or end the process. Each page must be reached once, be what its parent says, and hold its rows in order and whole;
 * the rows of `lookups` must pass their checksums. The file's length must have been checked. Throws StoreError `damaged`.
 */
export async function checkPages(path: string, expected: Expected): Promise<void> {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).size > 0) await new PageCheck(file, expected).run();
  } catch (error) {
    // A RangeError: a number that leads out of its page.
    if (!(error instanceof PageError) && !(error instanceof RangeError)) throw error;
    const message = `${path} is damaged: ${error.message}: restore the directory from a backup`;
    throw new StoreError('damaged', message, [], { cause: error });
  } finally {
    closeSync(file);
  }
}

class PageCheck {
  readonly #file: number;
  readonly #rows: Readonly<Record<string, string>>;
  readonly #lookups: ReadonlySet<string>;
  #pageSize = 0;
  #lastPage = 0;
  /** By page number: 1 where it was reached. */
  #reached = new Uint8Array();
  #leaves = 0;

  constructor(file: number, { rows, lookups }: Expected) {
    this.#file = file;
    this.#lookups = lookups;
    this.#rows = rows;
  }

  async run(): Promise<void> {
    const meta = this.#newestMeta();
    const transaction = numberAt(meta, TRANSACTION);
    this.#lastPage = numberAt(meta, LAST_PAGE);
    if (this.#lastPage * this.#pageSize > fstatSync(this.#file).size) throw new PageError('it was cut short');
    this.#reached = new Uint8Array(this.#lastPage + 1);
    const main = treeRecordAt(meta, MAIN_TREE);
    await this.#tree(main, transaction, {
      what: 'the list of tables',
      isNumbered: false,
      take: (page, node) => this.#table(page, node, transaction),
    });
    this.#checkNewest(main, transaction);
    const free = treeRecordAt(meta, FREE_TREE);
    await this.#tree(free, transaction, {
      what: FREE,
      isNumbered: true,
      take: (_page, _node, value) => this.#freePages(value()),
    });
  }

  /** The one that LMDB goes by. The two of them agree on what never changes. */
  #newestMeta(): Buffer {
    const head = this.#bytes(0, 512);
    this.#pageSize = head.readUInt32LE(FREE_TREE);
    if (this.#pageSize < 512 || this.#pageSize > 65_536 || (this.#pageSize & (this.#pageSize - 1)) !== 0) {
      throw new PageError(`its head speaks of pages of ${this.#pageSize} bytes`);
    }
    const [first, second] = [this.#read(0), this.#read(1)];
    if (constantsOf(first) !== constantsOf(second)) throw new PageError('its two heads differ');
    const newest = numberAt(second, TRANSACTION) > numberAt(first, TRANSACTION) ? 1 : 0;
    const meta = newest === 1 ? second : first;
    if (numberAt(meta, TRANSACTION) % 2 !== newest) throw new PageError('its head is of another transaction');
    if (numberAt(meta, MAP_SIZE) > LARGEST_MAP) throw new PageError('its head speaks of an impossible size');
    return meta;
  }

  /** Each transaction writes the root of the list of tables: an older one behind a head that says it is new is not the data. */
  #checkNewest({ root }: TreeRecord, transaction: number): void {
    if (root === null) return;
    const written = headerOf(this.#read(root)).transaction;
    if (written !== transaction && written !== COPIED) {
      throw new PageError(`its head is of transaction ${transaction}, its tables are of ${written}`);
    }
  }

  async #table(page: Buffer, { kind, key, keyEnd, size }: Node, newest: number): Promise<void> {
    const name = page.toString('utf8', key, keyEnd).replace(/\0$/, '');
    if (kind !== 'tree' || size !== TREE_RECORD) throw new PageError('it is no list of tables');
    const what = this.#rows[name];
    if (what === undefined) throw new PageError(`a table has a strange name (${JSON.stringify(name)})`);
    await this.#tree(treeRecordAt(page, keyEnd), newest, {
      what: `table ${name}`,
      isNumbered: false,
      take: (leaf, row) => {
        if (row.kind === 'tree') throw new PageError(`${what} is a table`);
        // Rows of the other tables are missed, or fail their checksum, when they are read: until then the rest is of use.
        if (!this.#lookups.has(name) || row.kind === 'big') return;
        const value = leaf.subarray(row.keyEnd, row.end);
        if (unseal(leaf.subarray(row.key, row.keyEnd), value) === null)
          throw new PageError(`${what} fails its checksum`);
      },
    });
  }

  async #tree(
    record: TreeRecord,
    newest: number,
    named: Pick<Tree, 'what' | 'isNumbered' | 'take'>,
  ): Promise<void> {
    const tree: Tree = { ...named, branches: 0, leaves: 0, overflows: 0, entries: 0 };
    try {
      // Of the free pages it is the environment's.
      if (record.flags !== 0 && tree.what !== FREE) throw new PageError('its keys are of another kind');
      if (record.depth > LONGEST_BRANCH) throw new PageError('its depth is out of range');
      if ((record.root === null) !== (record.depth === 0)) throw new PageError('its root is not there');
      if (record.root !== null) {
        const left = { level: record.depth, low: null, high: null, newest };
        await this.#page(record.root, tree, left);
      }
      for (const count of ['branches', 'leaves', 'overflows', 'entries'] as const) {
        if (tree[count] === record[count]) continue;
        throw new PageError(`it has ${tree[count]} ${count} and should have ${record[count]}`);
      }
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      const isNamed = error.message.startsWith('in ');
      throw isNamed ? error : new PageError(`in ${tree.what}, ${error.message}`);
    }
  }

  /** `level`: 1 for a leaf. */
  async #page(number: number, tree: Tree, { level, low, high, newest }: Place): Promise<void> {
    this.#reach(number);
    const page = this.#read(number);
    const { number: own, flags, transaction } = headerOf(page);
    const isLeaf = level === 1;
    if (own !== number || flags !== (isLeaf ? LEAF : BRANCH) || transaction > newest) {
      throw new PageError(`page ${number} is not the one that should be there`);
    }
    if (isLeaf) {
      const nodes = nodesOf(page);
      if (nodes.length < 1) throw new PageError(`page ${number} is empty`);
      tree.leaves++;
      tree.entries += nodes.length;
      this.#checkOrder(number, page, nodes, tree, low, high);
      for (const node of nodes) {
        const table = this.#node(page, node, tree);
        if (table !== undefined) await table;
      }
      // A large file is not read in one go.
      if (++this.#leaves % SLICE === 0) await breathe();
      return;
    }
    const children = childrenOf(page);
    if (children.length < 1) throw new PageError(`page ${number} is empty`);
    tree.branches++;
    this.#checkOrder(number, page, children.slice(1), tree, low, high);
    const keyOf = (child: Child | undefined) =>
      child === undefined ? null : page.subarray(child.key, child.keyEnd);
    for (const [index, child] of children.entries()) {
      await this.#page(child.page, tree, {
        level: level - 1,
        low: index === 0 ? low : keyOf(child),
        high: keyOf(children[index + 1]) ?? high,
        newest: transaction,
      });
    }
  }

  /** Keys rise, from `low` on and below `high`. */
  #checkOrder(
    number: number,
    page: Buffer,
    items: readonly (Node | Child)[],
    { isNumbered }: Tree,
    low: Buffer | null,
    high: Buffer | null,
  ): void {
    /** Below zero when the key of an item is the lesser. */
    const compare = ({ key, keyEnd }: Node | Child, to: Buffer, from: number, end: number): number =>
      isNumbered ? numberAt(page, key) - numberAt(to, from) : page.compare(to, from, end, key, keyEnd);
    let isInOrder = true;
    for (let index = 1; index < items.length; index++) {
      const { key, keyEnd } = items[index]!;
      isInOrder &&= compare(items[index - 1]!, page, key, keyEnd) < 0;
    }
    const [first, last] = [items[0], items.at(-1)];
    if (first !== undefined && low !== null) isInOrder &&= compare(first, low, 0, low.length) >= 0;
    if (last !== undefined && high !== null) isInOrder &&= compare(last, high, 0, high.length) < 0;
    if (!isInOrder) throw new PageError(`page ${number} has keys out of order`);
  }

  #node(leaf: Buffer, node: Node, tree: Tree): Promise<void> | void {
    const { kind, keyEnd, end, size } = node;
    if (kind !== 'big') return tree.take(leaf, node, () => leaf.subarray(keyEnd, end));
    const first = numberAt(leaf, keyEnd);
    // A value that became shorter may keep its pages.
    const count = numberAt(leaf, keyEnd + 16);
    if (count * this.#pageSize < HEADER + size)
      throw new PageError(`page ${first} is not all that should be there`);
    for (let page = first; page < first + count; page++) this.#reach(page);
    tree.overflows += count;
    const at = first * this.#pageSize;
    const { number, flags, pages } = headerOf(this.#bytes(at, HEADER));
    if (number !== first || flags !== OVERFLOW || pages !== count) {
      throw new PageError(`page ${first} is not the one that should be there`);
    }
    return tree.take(leaf, node, () => this.#bytes(at + HEADER, size));
  }

  /** Numbers of pages behind their count; a negative one is the length of the run that begins at the next. */
  #freePages(list: Buffer): void {
    const count = list.length < 8 ? -1 : numberAt(list, 0);
    if (8 * (count + 1) > list.length || count < 0) throw new PageError('a row has not its length');
    for (let index = 1; index <= count; index++) {
      const entry = Number(list.readBigInt64LE(8 * index));
      if (entry === 0) continue;
      if (entry < 0 && index === count) throw new PageError('a row has not its length');
      const first = entry > 0 ? entry : Number(list.readBigInt64LE(8 * ++index));
      const length = entry > 0 ? 1 : -entry;
      for (let page = first; page < first + length; page++) this.#reach(page);
    }
  }

  #reach(page: number): void {
    if (page < 2 || page > this.#lastPage) throw new PageError(`it leads to page ${page}, which is none`);
    if (this.#reached[page] === 1) throw new PageError(`page ${page} has two places`);
    this.#reached[page] = 1;
  }

  #read(page: number): Buffer {
    return this.#bytes(page * this.#pageSize, this.#pageSize);
  }

  #bytes(at: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    if (readSync(this.#file, buffer, 0, length, at) < length) {
      throw new PageError(`it ends before byte ${at + length}`);
    }
    return buffer;
  }
}

/** What both heads say: magic number, version and page size, and flags but for the one that tells how it was opened last. */
function constantsOf(meta: Buffer): string {
  const [magic, version, size] = [HEADER, HEADER + 4, FREE_TREE].map((at) => meta.readUInt32LE(at));
  return [magic, version, size, meta.readUInt16LE(FREE_TREE + 4) & ~OVERLAPPING_SYNC].join(' ');
}
