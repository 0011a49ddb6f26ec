/** Event times: milliseconds since 1970-01-01T00:00:00Z, years 0001 to 9999. */
export const MIN_TIMESTAMP = -62_135_596_800_000;
export const MAX_TIMESTAMP = 253_402_300_799_999;

const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?[ ]?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Reads ISO 8601: `2026-11-23T21:05:00.123Z`, a space for the `T`, an offset for the `Z`; no zone means UTC, a date alone its
 * midnight. Digits past the millisecond are cut off. Null for anything else, a day that the calendar does not have included.
 */
export function parseTimestamp(text: string): number | null {
  if (text.length !== 20 && text.length !== 24) return parseAny(text);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return null;
    scratch[at] = code;
  }
  return readUsual(scratch, 0, text.length) ?? parseAny(text);
}

const scratch = new Uint8Array(24);

/**
 * The forms that machines write, `2026-11-23T21:05:00Z` and `2026-11-23T21:05:00.123Z`, from their bytes and in a tenth of
 * the time; null for anything else, which may be a time all the same.
 */
export function readUsual(bytes: Uint8Array, from: number, to: number): number | null {
  const length = to - from;
  if ((length !== 24 && length !== 20) || bytes[to - 1] !== Z || bytes[from + 10] !== T) return null;
  if (bytes[from + 4] !== DASH || bytes[from + 7] !== DASH) return null;
  if (bytes[from + 13] !== COLON || bytes[from + 16] !== COLON) return null;
  const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  const hour = twoDigits(bytes, from + 11);
  const minute = twoDigits(bytes, from + 14);
  const second = twoDigits(bytes, from + 17);
  let millisecond = 0;
  if (length === 24) {
    if (bytes[from + 19] !== POINT) return null;
    millisecond = twoDigits(bytes, from + 20) * 10 + digit(bytes[from + 22] as number);
  }
  // What is not a number is in no range.
  if (!(year > 0 && month > 0 && month <= 12 && day > 0 && day <= daysOf(year, month))) return null;
  if (!(hour < 24 && minute < 60 && second < 60 && millisecond >= 0)) return null;
  return daysBefore(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + millisecond;
}

const DASH = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const T = 0x54;
const Z = 0x5a;
const DAY = 86_400_000;

function digit(byte: number): number {
  return byte >= ZERO && byte <= ZERO + 9 ? byte - ZERO : Number.NaN;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return digit(bytes[at] as number) * 10 + digit(bytes[at + 1] as number);
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Days from 1970-01-01 in the Gregorian calendar; years are taken to begin in March, so that the leap day is their last. */
function daysBefore(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leapDays + Math.floor((153 * m + 2) / 5) + day - 1 - 719_468;
}

function parseAny(text: string): number | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const offset = offsetOf(zone);
  if (offset === null) return null;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const time =
    date.getTime() +
    (Number(hour) * 3_600 + Number(minute) * 60 + Number(second)) * 1_000 +
    milliseconds -
    offset;
  return isTimestamp(time) ? time : null;
}

/** Whether a number can be an event time: whole milliseconds within years 0001 to 9999. */
export function isTimestamp(value: number): boolean {
  return Number.isInteger(value) && value >= MIN_TIMESTAMP && value <= MAX_TIMESTAMP;
}

/** `2026-11-23T21:05:00.000Z`. Throws RangeError outside years 0001 to 9999. */
export function formatTimestamp(time: number): string {
  if (!isTimestamp(time)) throw new RangeError(`${time} is no timestamp`);
  return new Date(time).toISOString();
}

function offsetOf(zone: string | undefined): number | null {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 18 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
