import type { Random } from '../../http/fuzz/random.js';
import type { Happening, Write } from './recording.js';

/** What a power cut at one moment may have left, and what had been promised by then. */
export interface Image {
  readonly file: Buffer;
  /** Whether the directory was marked with its format. */
  readonly isMarked: boolean;
  /** The store had been opened: from here on nothing may be refused. */
  readonly isOpened: boolean;
  /** How many operations were acknowledged, from the first on, */
  readonly acknowledged: number;
  /** and begun. */
  readonly begun: number;
  /** For a message. */
  readonly what: string;
}

/** How a disk cuts what it is told to write: each piece lands whole or not at all. Bytes. */
const PAGE = 4_096;
const SECTOR = 512;
/** Random choices among the pieces at one moment. */
const CHOICES = 4;

/** A piece of a write that the disk may have or not. */
interface Piece {
  readonly offset: number;
  readonly data: Buffer;
}

/**
 * Every moment of a recording at which the power may go, with what the disk may hold then: all that was synced, and of the
 * rest each beginning, all but one piece, one piece alone, and random choices of pages and of sectors; the file's length with
 * or without what is missing of it.
 */
export function* imagesOf(happenings: readonly Happening[], random: Random): Generator<Image> {
  const disk = new Disk();
  const done = new Set<number>();
  let [isOpened, acknowledged, begun] = [false, 0, 0];
  let mark: 'no' | 'perhaps' | 'yes' = 'no';
  /** The pieces that were tried at the moment before, where nothing else has changed since. */
  let isSame = false;
  for (const [index, happening] of happenings.entries()) {
    switch (happening.kind) {
      case 'write':
        disk.begin(happening.write);
        isSame = false;
        break;
      case 'synced':
        disk.sync(happening.writes);
        isSame = false;
        break;
      case 'marked':
        mark = 'perhaps';
        isSame = false;
        break;
      case 'mark synced':
        mark = 'yes';
        isSame = false;
        break;
      case 'opened':
        isOpened = true;
        isSame = false;
        break;
      case 'begun':
        // More may be there than before: nothing stricter is asked.
        begun = Math.max(begun, happening.operation + 1);
        break;
      case 'done':
        done.add(happening.operation);
        while (done.has(acknowledged)) acknowledged++;
        isSame = false;
        break;
    }
    if (isSame) continue;
    isSame = true;
    const isMarked = mark === 'yes' || (mark === 'perhaps' && random.chance(0.5));
    for (const { file, how } of disk.files(random)) {
      yield { file, isMarked, isOpened, acknowledged, begun, what: `after call ${index}: ${how}` };
    }
  }
}

/** A file on a disk that forgets what was not synced. */
class Disk {
  #synced: Buffer = Buffer.alloc(0);
  #pending: Write[] = [];

  begin(write: Write): void {
    this.#pending.push(write);
  }

  sync(writes: readonly Write[]): void {
    const synced = new Set(writes);
    this.#synced = written(this.#synced, writes);
    this.#pending = this.#pending.filter((write) => !synced.has(write));
  }

  *files(random: Random): Generator<{ readonly file: Buffer; readonly how: string }> {
    const pages = this.#pending.flatMap((write) => cut(write, PAGE));
    yield { file: this.#synced, how: 'what was synced' };
    if (pages.length === 0) return;
    // The beginnings are the moments before.
    yield this.#with(pages, pages, random, 'all that was written');
    if (pages.length === 1) return;
    for (const [index, page] of pages.entries()) {
      const others = pages.filter((other) => other !== page);
      yield this.#with(others, pages, random, `all but piece ${index} of ${pages.length}`);
      yield this.#with([page], pages, random, `piece ${index} of ${pages.length} alone`);
    }
    const sectors = this.#pending.flatMap((write) => cut(write, SECTOR));
    for (let choice = 0; choice < CHOICES; choice++) {
      const [what, pieces] = choice % 2 === 0 ? (['pages', pages] as const) : (['sectors', sectors] as const);
      const some = pieces.filter(() => random.chance(0.5));
      yield this.#with(some, pieces, random, `${some.length} of ${pieces.length} ${what}`);
    }
  }

  #with(some: readonly Piece[], all: readonly Piece[], random: Random, how: string) {
    const file = written(this.#synced, some);
    // The length may be on the disk before the bytes are.
    const isLong = random.chance(0.5);
    const longest = isLong
      ? Math.max(file.length, ...all.map(({ offset, data }) => offset + data.length))
      : 0;
    const zeros = Buffer.alloc(Math.max(0, longest - file.length));
    return { file: Buffer.concat([file, zeros]), how: isLong ? `${how}, in full length` : how };
  }
}

function written(file: Buffer, pieces: readonly Piece[]): Buffer {
  const end = Math.max(file.length, ...pieces.map(({ offset, data }) => offset + data.length));
  const result = Buffer.alloc(end);
  file.copy(result);
  for (const { offset, data } of pieces) data.copy(result, offset);
  return result;
}

function cut({ offset, data }: Write, size: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < data.length; ) {
    const end = Math.min(data.length, at + size - ((offset + at) % size));
    pieces.push({ offset: offset + at, data: data.subarray(at, end) });
    at = end;
  }
  return pieces;
}
