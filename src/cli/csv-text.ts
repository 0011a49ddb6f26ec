import { isUtf8 } from 'node:buffer';
import { UNREADABLE } from '../event/csv.js';

const NEWLINE = 0x0a;
const REPLACEMENT = '\ufffd';

/** Bytes to the text of a CSV file, whatever the chunks: UTF-8, and `UNREADABLE` in each line that is none. */
export class CsvText {
  /** The beginning of a character whose end has not come. */
  private rest = Buffer.alloc(0);

  /** The text of all characters that end in this chunk. */
  push(chunk: Buffer): string {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const end = bytes.length - unfinished(bytes);
    this.rest = Buffer.from(bytes.subarray(end));
    return textOf(bytes.subarray(0, end));
  }

  /** What is left at the end of the file. */
  end(): string {
    return textOf(this.rest);
  }
}

/** How many bytes at the end begin a character (RFC 3629) that goes on behind them. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  // A file may well hold the replacement character itself.
  if (!text.includes(REPLACEMENT) || isUtf8(bytes)) return text;
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    lines.push(
      isUtf8(line) ? line.toString('utf8') : line.toString('utf8').replaceAll(REPLACEMENT, UNREADABLE),
    );
    start = end + 1;
  }
  return lines.join('\n');
}
