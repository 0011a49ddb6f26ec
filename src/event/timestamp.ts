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
