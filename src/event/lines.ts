/** A part of some bytes: `from` inclusive, `to` exclusive. */
export interface Span {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** The lines of a text that are not blank. */
export class Lines {
  readonly #bytes: Buffer;
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  /** `bytes` must be UTF-8; a byte order mark at the beginning is passed over. Reading ends past `most` lines. */
  constructor(bytes: Buffer, most: number) {
    this.#bytes = bytes;
    let from = BYTE_ORDER_MARK.every((byte, at) => bytes[at] === byte) ? BYTE_ORDER_MARK.length : 0;
    while (from < bytes.length && this.#from.length <= most) {
      // Millions of empty lines are not worth a search each.
      while (bytes[from] === LINE_FEED) from++;
      const found = bytes.indexOf(LINE_FEED, from);
      const to = found < 0 ? bytes.length : found;
      if (!isBlank(bytes, from, to)) {
        this.#from.push(from);
        this.#to.push(to);
      }
      from = to + 1;
    }
  }

  get length(): number {
    return this.#from.length;
  }

  /** The whole line, white space included. */
  text(line: number): string {
    return this.#bytes.toString('utf8', this.#from[line], this.#to[line]);
  }

  /** The line without what JSON takes for white space around it. */
  span(line: number): Span {
    const bytes = this.#bytes;
    let from = this.#from[line] as number;
    let to = this.#to[line] as number;
    while (from < to && isSpace(bytes[from] as number)) from++;
    while (to > from && isSpace(bytes[to - 1] as number)) to--;
    return { bytes, from, to };
  }
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to && isSpace(bytes[at] as number)) at++;
  if (at === to) return true;
  // There is white space that JSON does not know.
  const first = bytes[at] as number;
  return (first < 0x20 || first > 0x7f) && bytes.toString('utf8', at, to).trim() === '';
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
