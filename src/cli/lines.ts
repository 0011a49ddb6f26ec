import { isUtf8 } from 'node:buffer';

/** The longest line that is taken, in bytes: one event is never this large, a file without newlines may be. */
export const LONGEST_LINE = 16 * 1024 * 1024;

/** A line of text, or why it cannot be read. Lines count from 1. */
export type Line =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly problem: { readonly code: string; readonly message: string } };

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const UNREADABLE = '\ufffd';

/** Bytes to lines, whatever the chunks: UTF-8, with or without BOM, LF or CRLF, the last line with or without its end. */
export class Lines {
  private rest: Buffer[] = [];
  private restLength = 0;
  private tooLong = false;
  private line = 0;

  /** The lines that end in this chunk. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.keep(chunk.subarray(start, end));
      lines.push(this.take());
      start = end + 1;
    }
    this.keep(chunk.subarray(start));
    return lines;
  }

  /** The last line, when it has no newline. */
  end(): Line[] {
    return this.restLength > 0 || this.tooLong ? [this.take()] : [];
  }

  private keep(part: Buffer): void {
    if (part.length === 0 || this.tooLong) return;
    if (this.restLength + part.length > LONGEST_LINE) {
      this.tooLong = true;
      this.rest = [];
      this.restLength = 0;
      return;
    }
    this.rest.push(part);
    this.restLength += part.length;
  }

  private take(): Line {
    this.line++;
    const [first] = this.rest;
    let bytes = this.rest.length === 1 && first ? first : Buffer.concat(this.rest, this.restLength);
    const { tooLong } = this;
    this.rest = [];
    this.restLength = 0;
    this.tooLong = false;
    if (tooLong) {
      const message = `the line is longer than ${LONGEST_LINE / 1024 / 1024} MiB`;
      return { line: this.line, problem: { code: 'line_too_long', message } };
    }
    if (bytes[bytes.length - 1] === RETURN) bytes = bytes.subarray(0, -1);
    let text = bytes.toString('utf8');
    if (this.line === 1 && text.startsWith('\ufeff')) text = text.slice(1);
    if (text.includes(UNREADABLE) && !isUtf8(bytes)) {
      const message = isUtf16(bytes) ? 'the input is UTF-16: convert it to UTF-8' : 'the line is not UTF-8';
      return { line: this.line, problem: { code: 'not_utf8', message } };
    }
    return { line: this.line, text };
  }
}

function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}
