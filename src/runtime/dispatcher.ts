import { setMaxListeners } from 'node:events';
import { type Delivery, StoreError } from '../store/store.js';
import { attempt, prepare, whyDisabled } from './attempt.js';
import type { Background, DispatchParts } from './background.js';
import { afterAttempt, isTaken, putOffOf, unsendable } from './backoff.js';
import { GivingUp } from './giving-up.js';
import { type Claimed, Lane, LONGEST_HELD } from './lane.js';
import type { Outcome } from './sink.js';

/** Attempts under way at once, to all destinations. */
const PLACES = 64;
/** Claimed deliveries that wait for a place, of all destinations. */
const MOST_HELD = 2_000;
/** Deliveries that are claimed in one step. */
const SLICE = 100;

// Milliseconds.
/** Between the end of an attempt's timeout and the end of its claim: for writing down what came of it. */
const MARGIN = 5_000;
/** Other servers' deliveries are looked for so often. */
const LOOK = 5_000;
/** Between two slices while some destination has no room. */
const PACE = 20;
const SHORTEST_NAP = 100;
const STORE_RETRY = 1_000;
/** How long closing waits for attempts, and then for writing down what is known. */
const PATIENCE = 4_000;
const LAST_WORDS = 1_000;

export interface DispatcherOptions {
  /** Numbers from 0 up to 1, for jitter. */
  readonly random?: () => number;
}

/**
 * Sends what is in the outbox: claims deliveries that are due, has each posted, writes down what came of it. At least once:
 * what a crash leaves open is due again when its claim ends. Each destination has its own lane of places; a delivery that
 * finds no room there is put off, so that those behind it are seen.
 */
export class Dispatcher implements Background {
  readonly #parts: DispatchParts;
  readonly #random: () => number;
  readonly #givingUp: GivingUp;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that hold claimed deliveries; the one that had its turn last is last. */
  readonly #waiting = new Set<Lane>();
  readonly #running = new Set<Promise<void>>();
  /** No attempt begins any more. */
  readonly #stop = new AbortController();
  /** Attempts under way are broken off. */
  readonly #cut = new AbortController();
  #nap = new AbortController();
  /** When the nap ends by itself, in milliseconds since the epoch. */
  #nextLook = 0;
  /** The last look did not take everything that is due. */
  #isMore = false;
  /** The longest timeout of an attempt so far, and no less than the usual one. */
  #longest = 15_000;
  readonly #done: Promise<void>;

  constructor(parts: DispatchParts, { random = Math.random }: DispatcherOptions = {}) {
    this.#parts = parts;
    this.#random = random;
    this.#givingUp = new GivingUp(parts);
    // Each attempt listens; their number has its own limit.
    setMaxListeners(0, this.#stop.signal, this.#cut.signal);
    this.#done = this.#run();
  }

  wake(): void {
    this.#nap.abort();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#ended(PATIENCE);
    this.#cut.abort();
    await this.#ended(LAST_WORDS);
  }

  /** Resolves when nothing is under way any more, after `patience` milliseconds at the latest. */
  async #ended(patience: number): Promise<void> {
    const over = new AbortController();
    const ended = Promise.all([this.#done, ...this.#running]);
    await Promise.race([ended, this.#parts.clock.sleep(patience, over.signal)]);
    over.abort();
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#parts;
    while (!this.#stop.signal.aborted) {
      // Before the look: who wakes meanwhile shortens the nap after it.
      this.#nap = new AbortController();
      this.#nextLook = Number.POSITIVE_INFINITY;
      let nap = STORE_RETRY;
      try {
        nap = await this.#look();
      } catch (error) {
        log.warn({ err: error }, 'deliveries could not be claimed: it is tried again');
      }
      this.#nextLook = clock.now() + nap;
      if (nap > 0) await clock.sleep(nap, this.#nap.signal);
    }
    await this.#giveBack();
  }

  /** Claims a slice of what is due; gives the milliseconds until the next look. */
  async #look(): Promise<number> {
    const { store, clock } = this.#parts;
    this.#isMore = true;
    // An attempt that ends wakes.
    if (this.#running.size >= PLACES) return LOOK;
    const now = clock.now();
    const until = now + this.#longestTimeout() + LONGEST_HELD + MARGIN;
    const claimed = await store.claim(now, until, SLICE);
    const isAll = await this.#place(claimed, until);
    this.#isMore = claimed.length === SLICE;
    if (this.#isMore) return isAll ? 0 : PACE;
    const due = await store.nextDue();
    const nap = due === null ? LOOK : Math.min(due - clock.now(), LOOK);
    // Due and not to be had: another server was quicker.
    return nap <= 0 && claimed.length === 0 ? SHORTEST_NAP : nap;
  }

  /** Gives each a place, or lets it wait for one, or puts it off. Says whether there was room for all. */
  async #place(claimed: readonly Delivery[], until: number): Promise<boolean> {
    const { store, clock } = this.#parts;
    const dead = await this.#unsendable(claimed);
    const now = clock.now();
    const late: Delivery[] = [];
    let held = 0;
    for (const lane of this.#waiting) held += lane.held;
    for (const delivery of claimed) {
      if (dead.has(delivery)) continue;
      const lane = this.#lane(delivery.destination);
      if (lane.hasRoom(now) && held < MOST_HELD) {
        const before = lane.held;
        lane.hold({ delivery, until });
        this.#waiting.add(lane);
        this.#fill();
        held += lane.held - before;
      } else {
        late.push({ ...delivery, due: lane.putOff(now) });
      }
    }
    if (late.length > 0) await store.settle(late);
    return late.length === 0;
  }

  /** Those whose destination is disabled are dead at once: they must wait for no lane. Gives them. */
  async #unsendable(claimed: readonly Delivery[]): Promise<ReadonlySet<Delivery>> {
    const { store, clock, destinations, tally, log } = this.#parts;
    const disabledOf = ({ destination }: Delivery) => destinations.find(destination)?.disabled ?? null;
    if (claimed.length === 0) return new Set();
    // Another server on the store may have changed one of them just now.
    await destinations.catchUp().catch((error: unknown) => {
      log.warn({ err: error }, 'destinations could not be read again: what is known of them holds');
    });
    const dead = claimed.filter((delivery) => disabledOf(delivery) !== null);
    if (dead.length === 0) return new Set();
    const now = clock.now();
    await store.settle(dead.map((each) => unsendable(each, whyDisabled(disabledOf(each)), now)));
    for (const name of new Set(dead.map(({ destination }) => destination))) {
      const deliveries = dead.filter(({ destination }) => destination === name).length;
      tally.note(name, 'dead', deliveries);
      log.warn({ destination: name, deliveries }, 'deliveries are dead: their destination is disabled');
    }
    return new Set(dead);
  }

  /** Begins attempts while there are places, lane by lane. */
  #fill(): void {
    const now = this.#parts.clock.now();
    for (const lane of [...this.#waiting]) {
      if (this.#stop.signal.aborted || this.#running.size >= PLACES) return;
      if (!lane.isFree(now)) continue;
      this.#waiting.delete(lane);
      while (lane.isFree(now) && this.#running.size < PLACES) {
        const claimed = lane.next();
        if (claimed === undefined) break;
        this.#begin(claimed, lane);
      }
      if (lane.held > 0) this.#waiting.add(lane);
    }
  }

  #begin(claimed: Claimed, lane: Lane): void {
    const { clock, destinations } = this.#parts;
    lane.begin(clock.now());
    const running = this.#deliver(claimed, lane).finally(() => {
      lane.end(clock.now());
      this.#running.delete(running);
      this.#fill();
      if (this.#isMore) this.wake();
      const { isIdle, destination } = lane;
      if (isIdle && destinations.find(destination) === null) this.#lanes.delete(destination);
    });
    this.#running.add(running);
  }

  /** Makes one attempt and writes down what came of it. Never rejects: what cannot be written down is due again when its claim ends. */
  async #deliver({ delivery, until }: Claimed, lane: Lane): Promise<void> {
    const { clock, log, tally } = this.#parts;
    const { id, destination: name } = delivery;
    try {
      const ready = await prepare(this.#parts, delivery, (question) => this.#asked(until, question));
      if (typeof ready === 'string') {
        log.warn({ delivery: id, destination: name, error: ready }, 'a delivery is dead');
        await this.#settle(unsendable(delivery, ready, clock.now()), until);
        tally.note(name, 'dead');
        return;
      }
      const { destination, body } = ready;
      this.#longest = Math.max(this.#longest, destination.timeout);
      const at = clock.now();
      if (at + destination.timeout + MARGIN > until) {
        // It has waited for its place too long: the claim could end before the attempt.
        if (at + MARGIN < until) await this.#settle({ ...delivery, due: lane.putOff(at) }, until);
        return;
      }
      const message = { id: delivery.alert, body };
      const outcome = await attempt(this.#parts, destination, message, at, this.#cut.signal);
      if (outcome.status === null && this.#cut.signal.aborted) {
        // Broken off by this server: it may have come, so it is made again, and no failure of the receiver's.
        await this.#settle(delivery, until);
        return;
      }
      this.#note(lane, outcome);
      const isOver = await this.#givingUp.note(destination, outcome, at);
      const now = clock.now();
      const after = afterAttempt(delivery, destination, outcome, { at, now, random: this.#random, isOver });
      if (after.state === 'dead') {
        const { status, error } = outcome;
        const facts = { delivery: id, destination: name, attempts: after.attempts.length, status, error };
        log.warn(facts, 'a delivery is dead');
      }
      await this.#settle(after, until);
      if (after.state === 'delivered' || after.state === 'dead') tally.note(name, after.state);
      await this.#clear(lane);
    } catch (error) {
      log.warn(
        { delivery: id, err: error },
        'a delivery is left open: it is tried again when its claim ends',
      );
    }
  }

  #note(lane: Lane, outcome: Outcome): void {
    const { log, tally, clock } = this.#parts;
    const { destination } = lane;
    const { status, error } = outcome;
    if (!isTaken(outcome)) tally.note(destination, 'failed');
    const change = lane.note(isTaken(outcome), outcome.duration, clock.now(), putOffOf(outcome));
    if (change === 'suspect') log.warn({ destination, status, error }, 'a destination fails again and again');
    if (change === 'well') log.info({ destination }, 'a destination takes deliveries again');
  }

  /** What waits for a place in a lane that is closed comes again when it opens. */
  async #clear(lane: Lane): Promise<void> {
    const { clock, store, log } = this.#parts;
    const now = clock.now();
    if (lane.isOpen(now) || lane.held === 0) return;
    this.#waiting.delete(lane);
    const late: Delivery[] = [];
    for (let claimed = lane.next(); claimed !== undefined; claimed = lane.next()) {
      if (claimed.until > now) late.push({ ...claimed.delivery, due: lane.putOff(now) });
    }
    await store.settle(late).catch((error: unknown) => {
      const { destination } = lane;
      log.warn(
        { destination, err: error },
        'deliveries could not be put off: their claims end by themselves',
      );
    });
  }

  async #settle(delivery: Delivery, until: number): Promise<void> {
    await this.#asked(until, () => this.#parts.store.settle([delivery]));
    if (delivery.state !== 'delivered' && delivery.state !== 'dead' && delivery.due < this.#nextLook)
      this.wake();
  }

  /** Asks the store again and again while the claim holds. Throws what it said last. */
  async #asked<T>(until: number, ask: () => Promise<T>): Promise<T> {
    const { clock, log } = this.#parts;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const isLasting = error instanceof StoreError && error.code === 'damaged';
        if (isLasting || this.#stop.signal.aborted || clock.now() + STORE_RETRY >= until) throw error;
        log.warn({ err: error }, 'the store is asked again');
        await clock.sleep(STORE_RETRY, this.#stop.signal);
      }
    }
  }

  /** What is claimed and has not begun is due again at once. */
  async #giveBack(): Promise<void> {
    const { store, clock, log } = this.#parts;
    const back: Delivery[] = [];
    for (const lane of this.#waiting) {
      for (let claimed = lane.next(); claimed !== undefined; claimed = lane.next()) {
        if (claimed.until > clock.now()) back.push(claimed.delivery);
      }
    }
    if (back.length === 0) return;
    try {
      await store.settle(back);
    } catch (error) {
      log.warn({ err: error }, 'claimed deliveries could not be given back: their claims end by themselves');
    }
  }

  #lane(destination: string): Lane {
    const lane = this.#lanes.get(destination) ?? new Lane(destination);
    this.#lanes.set(destination, lane);
    lane.serve(this.#parts.destinations.find(destination)?.updatedAt ?? null);
    return lane;
  }

  #longestTimeout(): number {
    const { destinations } = this.#parts;
    let longest = this.#longest;
    for (const name of destinations.names())
      longest = Math.max(longest, destinations.find(name)?.timeout ?? 0);
    return longest;
  }
}
