import { createHash } from 'node:crypto';
import type { AlertRecord, Delivery, LogEntry, Store } from '../../../src/store/store.js';
import { Random } from '../../http/fuzz/random.js';
import { alert, commit, entry, readAll } from '../contract/sample.js';

/** One call of the store that changes it in one atomic step. */
export type Operation = (store: Store) => Promise<unknown>;

/** Operations of which those of one row are called at once, and take effect in their order. */
export type Script = readonly (readonly Operation[])[];

/** Arrival stamps long ago: what falls due does not hang on today's clock. */
const PAST = Date.parse('2020-01-01T00:00:00Z');
const LONG = 3_600_000;
const KINDS = ['rule', 'stream', 'destination'];

/** What may be asked about an id: every id that `scriptOf` gives out is below this. */
const MOST_IDS = 300;

/** The same operations for the same seed: everything that a server does to its store. The first one takes the lease, as epoch 1. */
export function scriptOf(rows: number, seed: number): Script {
  const random = new Random(seed);
  const writer = new ScriptWriter(random);
  const lease: Operation = (store) => store.lease(0, 'worker', LONG);
  return [[lease], ...Array.from({ length: rows }, () => writer.row())];
}

class ScriptWriter {
  readonly #random: Random;
  /** First offsets of the records that are kept, and behind the last. */
  readonly #records: number[] = [];
  #next = 0;
  #ids = 0;
  #alerts = 0;
  #deliveries: string[] = [];
  #step = 0;
  #forgotten = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  row(): readonly Operation[] {
    this.#step++;
    // Alone: it waits for its turn more than once.
    if (this.#random.chance(0.1))
      return [this.#records.length > 4 && this.#random.chance(0.5) ? this.#trim() : this.#forget()];
    const length = this.#random.chance(0.7) ? 1 : 2 + this.#random.below(4);
    return Array.from({ length }, () => this.#operation());
  }

  #operation(): Operation {
    this.#step++;
    const what = this.#random.below(18);
    if (what < 9) return this.#append();
    if (what < 14) return this.#commit();
    if (what < 16 && this.#deliveries.length > 0) return this.#settle();
    return this.#document();
  }

  #size(): number {
    // Most fit a page, some need pages of their own, a few need many.
    return this.#random.below(
      this.#random.pick([100, 100, 3_000, 30_000, this.#step % 9 === 0 ? 700_000 : 10]),
    );
  }

  #append(): Operation {
    const entries = Array.from({ length: 1 + this.#random.below(3) }, (): LogEntry => {
      const count = 1 + this.#random.below(5);
      this.#records.push(this.#next);
      this.#next += count;
      const ids = Array.from({ length: Math.min(count, MOST_IDS - this.#ids) }, () => `id ${this.#ids++}`);
      return entry('', { count, ids, payload: this.#random.bytes(this.#size()) });
    });
    const stamp = PAST + this.#step;
    return (store) => store.append(0, entries, stamp);
  }

  #commit(): Operation {
    const alerts = Array.from({ length: this.#random.below(4) }, (): AlertRecord => {
      const id = `alert ${this.#alerts++}`;
      const destinations = this.#random.chance(0.7) ? ['desk', 'pager'] : [];
      this.#deliveries.push(...destinations.map((name) => `${id}.${name}`));
      return alert(id, { stamp: PAST + this.#step, destinations, body: this.#random.bytes(this.#size()) });
    });
    const pieces = Array.from({ length: this.#random.below(6) }, () => ({
      ...{ group: `rule ${this.#random.below(3)}`, key: `card ${this.#random.below(20)}` },
      value: this.#random.chance(0.8) ? this.#random.bytes(this.#size()) : null,
    }));
    const dropped = this.#random.chance(0.2) ? [`rule ${this.#random.below(3)}`] : [];
    const documents = this.#random.chance(0.3)
      ? [{ kind: 'rule_version', key: `r/${this.#step}`, value: this.#random.bytes(this.#size()) }]
      : [];
    const state = this.#random.chance(0.5) ? { dropped, pieces } : null;
    const position = this.#next;
    return (store) => store.commit(0, 1, commit({ position, state, alerts, documents }));
  }

  #settle(): Operation {
    const id = this.#random.pick(this.#deliveries);
    const state = this.#random.pick(['retrying', 'delivered', 'dead'] as const);
    const due = PAST + this.#step;
    const attempts = [{ at: due, status: 500, error: 'no', duration: 3 }];
    const [alert = '', destination = ''] = id.split('.');
    // What is not settled is taken from the store's own.
    const rest = { sequence: 0, rule: '', created: 0 };
    const delivery: Delivery = { id, alert, destination, ...rest, state, due, attempts };
    return (store) => store.settle([delivery]);
  }

  #trim(): Operation {
    this.#records.splice(0, 1 + this.#random.below(3));
    const before = this.#records[0] ?? 0;
    return (store) => store.trim(0, before, 0);
  }

  /** The ids of the oldest appends: few, so that it is one step. */
  #forget(): Operation {
    this.#forgotten = Math.min(this.#forgotten + 3, this.#step);
    const before = PAST + this.#forgotten;
    return (store) => store.trim(0, 0, before);
  }

  #document(): Operation {
    const kind = this.#random.pick(KINDS);
    const key = `d${this.#random.below(6)}`;
    if (this.#random.chance(0.25)) return (store) => store.deleteDocument(kind, key);
    const value = this.#random.bytes(this.#size());
    return (store) => store.putDocument(kind, key, value);
  }
}

/** A digest of everything that a store answers: SHA-256, hexadecimal. Throws what the store throws. */
export async function digestOf(store: Store): Promise<string> {
  const hash = createHash('sha256');
  const note = (value: unknown): void => {
    hash.update(`${JSON.stringify(value)}\n`);
  };
  const noteBytes = (value: Uint8Array): void => {
    note(value.length);
    hash.update(value);
  };
  const bounds = await store.bounds(0);
  note([bounds.first, bounds.next, await store.checkpoint(0)]);
  for (const { kind, first, count, stamp, payload } of await readAll(store, bounds.first)) {
    note([kind, first, count, stamp]);
    noteBytes(payload);
  }
  const ids = Array.from({ length: MOST_IDS }, (_, number) => `id ${number}`);
  note(await store.known(0, ids));
  for (const { group, key, value } of await store.state(0, null, 1e9)) {
    note([group, key]);
    noteBytes(value);
  }
  for (const { id, rule, severity, stamp, sequence, body } of await store.alerts(0, 1e6, {})) {
    note([id, rule, severity, stamp, sequence, (await store.alert(id))?.sequence]);
    noteBytes(body);
  }
  note((await store.alerts(0, 1e6, { rule: 'testing' })).map(({ id }) => id));
  for (const { id, sequence, alert, rule, state, due, attempts } of await store.deliveries(0, 1e6, {})) {
    note([id, sequence, alert, rule, state, due, attempts.length, (await store.delivery(id))?.sequence]);
  }
  for (const state of ['pending', 'retrying', 'delivered', 'dead'] as const) {
    note((await store.deliveries(0, 1e6, { state, destination: 'desk' })).map(({ id }) => id));
  }
  note(await store.nextDue());
  for (const kind of [...KINDS, 'rule_version']) {
    for (const { key, version, value } of await store.documents(kind, '', 1e6)) {
      note([kind, key, version]);
      noteBytes(value);
    }
  }
  return hash.digest('hex');
}
