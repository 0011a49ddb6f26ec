import type { Match } from '../engine/emission.js';
import { Engine } from '../engine/engine.js';
import { StreamClock } from '../engine/watermark.js';
import type { Row } from '../event/row.js';
import type { StreamSchema } from '../event/schema.js';
import type { RulePlan } from '../language/plan.js';
import type { LogRecord } from '../store/store.js';
import type { TimeChange } from './change.js';
import { RuntimeError } from './error.js';
import { decodeLine } from './event-line.js';
import { decodeRecord } from './record.js';
import { tombstoneOf } from './tombstone.js';

export interface ReplayOptions {
  readonly plan: RulePlan;
  /** Event times in milliseconds, both inclusive; null: from the first record, to the last. */
  readonly from: number | null;
  readonly to: number | null;
  /** The arrival stamp of the first record where the log before it is gone; null: it is whole. */
  readonly trimmedAt: number | null;
  /** A match that became final between `from` and `to`, or before `from`, where it only counts for suppression. */
  readonly onMatch: (match: Match, stamp: number, isBefore: boolean) => void;
  /** A stream was deleted: what came before was of another one of that name. */
  readonly onReset: () => void;
}

/** How many events are taken between two chances to do something else. */
const STRIDE = 8;

/**
 * One rule over the records of a log, with the engine that runs it live and the streams as they are declared now. `from` is
 * where the rule's watermark stands just before it, `to` where it stands at it: what became final between the two is what
 * came between the two.
 */
export class Replay {
  /** Events of the rule's streams, */
  events = 0;
  /** of which so many do not fit the declaration, */
  undecodable = 0;
  /** and so many came after their watermark. */
  late = 0;
  /** The watermark has reached `to`: nothing that follows matters. */
  isOver = false;
  readonly #options: ReplayOptions;
  #engine: Engine;
  /** By stream: what the engine's clocks will say, asked before they are moved. */
  #clocks: Map<string, StreamClock>;
  /** The rule's watermark, in milliseconds. */
  #watermark = Number.NEGATIVE_INFINITY;
  /** The watermark has passed `from`. */
  #isInside: boolean;
  /** Offset of the last event by stream: a tick that an event overtook is void. */
  readonly #lastOffsets = new Map<string, number>();
  readonly #deleted = new Set<string>();
  /** Streams of which an event was seen that lies before everything that the state at `from` is made of. */
  readonly #covered = new Set<string>();

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#isInside = options.from === null;
    this.#engine = new Engine({ mode: 'stream' });
    this.#clocks = new Map();
    this.#begin();
  }

  /** How far event time has come for the rule, in milliseconds; null: nothing is known. */
  get watermark(): number | null {
    return Number.isFinite(this.#watermark) ? this.#watermark : null;
  }

  /** What the engine counts of the rule. */
  get counts() {
    const counts = this.#engine.counts(this.#options.plan.name);
    if (counts === null) throw new Error('the rule is always there');
    return counts;
  }

  /** Matches that have begun and are not decided, in order of their starts within each key. */
  open() {
    return this.#engine.open(this.#options.plan.name);
  }

  /** Takes one record in log order, a few events at each step. Throws RuntimeError `trimmed`, RecordError. */
  *apply(record: LogRecord): Generator<void> {
    const decoded = decodeRecord(record);
    if (decoded.kind === 'rule' || decoded.kind === 'erasure') return;
    const name = decoded.kind === 'events' ? decoded.stream : nameOf(decoded);
    const clock = this.#clocks.get(name);
    if (clock === undefined) return;
    if (decoded.kind === 'stream') {
      if (decoded.change.op === 'put') this.#deleted.delete(name);
      else {
        this.#deleted.add(name);
        this.#begin();
        this.#options.onReset();
      }
      return;
    }
    // It came while the stream was being deleted.
    if (this.#deleted.has(name)) return;
    if (decoded.kind === 'watermark') {
      this.#passTime(decoded.change, clock, record.stamp);
      return;
    }
    for (const [index, line] of decoded.lines.entries()) {
      this.#takeEvent(clock.schema, line, record.first + index, record.stamp);
      if (this.isOver) return;
      if (index % STRIDE === STRIDE - 1) yield;
    }
  }

  #begin(): void {
    const { plan } = this.#options;
    this.#engine = new Engine({ mode: 'stream' });
    this.#clocks = new Map(plan.sources.map(({ stream, schema }) => [stream, new StreamClock(schema)]));
    for (const { schema } of plan.sources) this.#engine.putStream(schema);
    this.#engine.addRule(plan);
    this.#watermark = Number.NEGATIVE_INFINITY;
    this.#isInside = this.#options.from === null;
    this.events = 0;
    this.undecodable = 0;
    this.late = 0;
  }

  #takeEvent(schema: StreamSchema, line: string, offset: number, stamp: number): void {
    const { name } = schema;
    this.#lastOffsets.set(name, offset);
    const tombstone = tombstoneOf(line);
    if (tombstone !== null) {
      if (tombstone.time !== null)
        this.#passErased({ stream: name, offset, time: tombstone.time, arrival: stamp, values: {} });
      return;
    }
    const decoded = decodeLine(line, schema);
    if (decoded === null) {
      this.events++;
      this.undecodable++;
      return;
    }
    const time = decoded.time ?? stamp;
    this.#checkCovered(schema, time);
    const row = { stream: name, offset, time, arrival: stamp, values: decoded.values };
    this.#move(
      name,
      stamp,
      (clock) => clock.see(row),
      (engine) => engine.append(row),
    );
    // The one that takes the watermark past `to` lies behind it.
    if (!this.isOver) this.events++;
  }

  /** Its time passes, and no rule sees it. */
  #passErased(row: Row): void {
    this.#move(
      row.stream,
      row.arrival,
      (clock) => clock.see(row),
      (engine) => engine.pass(row),
    );
  }

  #passTime({ watermark, seen }: TimeChange, { schema: { name } }: StreamClock, stamp: number): void {
    if (seen !== null && seen !== (this.#lastOffsets.get(name) ?? -1)) return;
    this.#move(
      name,
      stamp,
      (clock) => {
        if (watermark === null) clock.idle = true;
        else clock.advance(watermark);
      },
      (engine) => (watermark === null ? engine.idle(name) : engine.advance(name, watermark)),
    );
  }

  /** Lets time pass on a stream. Where the rule's watermark goes past `from` or `to`, it halts there on its way. */
  #move(
    stream: string,
    stamp: number,
    moveClock: (clock: StreamClock) => void,
    moveEngine: (engine: Engine) => void,
  ): void {
    const { from, to } = this.#options;
    const clock = this.#clocks.get(stream);
    if (clock === undefined) return;
    moveClock(clock);
    const next = Math.max(this.#watermark, this.#smallest());
    if (from !== null && !this.#isInside && next >= from) {
      this.#checkAllCovered();
      // Only this stream held the others back: with it at `from` the rule is there.
      this.#engine.advance(stream, from - 1);
      this.#take(stamp);
      this.#isInside = true;
    }
    if (to !== null && next > to) {
      this.#engine.advance(stream, to);
      this.#watermark = to;
      this.isOver = true;
    } else {
      moveEngine(this.#engine);
      this.#watermark = next;
    }
    this.#take(stamp);
  }

  #take(stamp: number): void {
    for (const emission of this.#engine.take()) {
      if (emission.kind === 'late') this.late++;
      else this.#options.onMatch(emission.match, stamp, !this.#isInside);
    }
  }

  /** As the engine has it: the least of the streams that are not silent. */
  #smallest(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { idle, watermark } of this.#clocks.values()) {
      if (!idle && watermark < least) least = watermark;
    }
    return least === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : least;
  }

  /** Where the log's beginning is gone: the first event of each stream must lie before all that the state at `from` is made of. */
  #checkCovered({ name, delay }: StreamSchema, time: number): void {
    const { from, trimmedAt } = this.#options;
    if (from === null || trimmedAt === null || this.#isInside || this.#covered.has(name)) return;
    if (time + delay > from - this.#reach) throw gone();
    this.#covered.add(name);
  }

  #checkAllCovered(): void {
    const { from, trimmedAt } = this.#options;
    if (from === null || trimmedAt === null) return;
    for (const { schema } of this.#clocks.values()) {
      // What is gone came before that stamp, and no event may lie further ahead than this.
      const isTooOld = trimmedAt + schema.maxAhead <= from - this.#reach;
      if (!isTooOld && !this.#covered.has(schema.name)) throw gone();
    }
  }

  /** How far back the state at a time reaches, in milliseconds. */
  get #reach(): number {
    const { operator } = this.#options.plan;
    return operator.kind === 'filter' ? 0 : (operator.within ?? Number.POSITIVE_INFINITY);
  }
}

function nameOf(decoded: {
  readonly change: { readonly op: 'put' | 'delete'; readonly name: string } | TimeChange;
}): string {
  return 'stream' in decoded.change ? decoded.change.stream : decoded.change.name;
}

function gone(): RuntimeError {
  const message =
    'the log before `from`, from which the state there is made, is gone: take a later `from`, or leave it out to begin afresh with what is kept';
  return new RuntimeError('trimmed', message);
}
