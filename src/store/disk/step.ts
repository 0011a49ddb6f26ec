import { bodyOf, seal } from './checksum.js';
import type { Table } from './table.js';

interface Write {
  readonly key: Buffer;
  /** Sealed; null removes. */
  readonly value: Buffer | null;
}

/**
 * Writes that become durable together, and what the tables look like with them. A step within a step is for one task: it is
 * merged when the task ends well, dropped when it throws. The last write to a key wins, so the file grows by each once only.
 */
export class Step {
  readonly #below: Step | null;
  readonly #writes = new Map<Table, Map<string, Write>>();
  /** About what it takes on disk, in bytes. */
  size = 0;

  constructor(below: Step | null = null) {
    this.#below = below;
  }

  /** Copies the parts of the body. */
  put(table: Table, key: Buffer, ...body: readonly Uint8Array[]): void {
    this.#write(table, { key, value: seal(key, ...body) });
  }

  remove(table: Table, key: Buffer): void {
    this.#write(table, { key, value: null });
  }

  /** The body of a value as this step leaves it; not to be changed. Throws StoreError `damaged`. */
  get(table: Table, key: Buffer): Buffer | null {
    const write = this.#find(table, key.toString('latin1'));
    if (write === undefined) return table.get(key);
    return write.value === null ? null : bodyOf(write.value);
  }

  has(table: Table, key: Buffer): boolean {
    const write = this.#find(table, key.toString('latin1'));
    return write === undefined ? table.has(key) : write.value !== null;
  }

  merge(step: Step): void {
    for (const [table, writes] of step.#writes) {
      const own = this.#of(table);
      for (const [name, write] of writes) own.set(name, write);
    }
    this.size += step.size;
  }

  *writes(): Iterable<readonly [Table, Buffer, Buffer | null]> {
    for (const [table, writes] of this.#writes) {
      for (const { key, value } of writes.values()) yield [table, key, value];
    }
  }

  get isEmpty(): boolean {
    return this.#writes.size === 0;
  }

  #find(table: Table, name: string): Write | undefined {
    const own = this.#writes.get(table)?.get(name);
    return own === undefined && this.#below !== null ? this.#below.#find(table, name) : own;
  }

  #write(table: Table, write: Write): void {
    this.#of(table).set(write.key.toString('latin1'), write);
    this.size += write.key.length + (write.value?.length ?? 0) + 64;
  }

  #of(table: Table): Map<string, Write> {
    const found = this.#writes.get(table) ?? new Map<string, Write>();
    this.#writes.set(table, found);
    return found;
  }
}
