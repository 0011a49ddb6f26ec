import { isTimestamp } from '../../../event/timestamp.js';
import type { Type, Value } from '../../../event/value.js';
import { conversion, roundHalfUp } from '../cast.js';
import { isNumeric, isWhole, toDouble } from '../compare.js';
import type { Body, FunctionBodies } from '../evaluator.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Units of fixed length, in milliseconds. */
const FIXED: Readonly<Record<string, number>> = { MILLISECOND: 1, SECOND, MINUTE, HOUR, DAY, WEEK: 7 * DAY };
/** Units of the calendar, in months. */
const MONTHS: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

export const TIME_FUNCTIONS: FunctionBodies = {
  DATE_TRUNC: ([unit, time], faults) => {
    const name = unitOf(unit!);
    if (name === null || typeof time !== 'number') return faults.note('invalid_argument');
    const start = startOf(name, time);
    return isTimestamp(start) ? start : faults.note('overflow');
  },
  DATE_DIFF: ([unit, from, to], faults) => {
    const name = unitOf(unit!);
    if (name === null || typeof from !== 'number' || typeof to !== 'number')
      return faults.note('invalid_argument');
    if (name in FIXED) return Math.trunc((to - from) / FIXED[name]!) + 0;
    return Math.trunc(wholeMonths(from, to) / MONTHS[name]!) + 0;
  },
  DATE_ADD: ([unit, count, time], faults) => {
    const name = unitOf(unit!);
    if (name === null || !isWhole(count) || typeof time !== 'number') return faults.note('invalid_argument');
    const result = name in FIXED ? time + count * FIXED[name]! : addMonths(time, count * MONTHS[name]!);
    return isTimestamp(result) ? result : faults.note('overflow');
  },
  TO_TIMESTAMP: ([instant], faults) => readInstant(instant!) ?? faults.note('failed_cast'),
  TO_UNIXTIME: ([time], faults) => (typeof time === 'number' ? time / SECOND : faults.note('type_mismatch')),
  FROM_UNIXTIME: ([seconds], faults) => {
    if (!isNumeric(seconds!)) return faults.note('type_mismatch');
    const time = roundHalfUp(toDouble(seconds) * SECOND);
    return isTimestamp(time) ? time : faults.note('overflow');
  },
};

const readInstant = conversion({ kind: 'ANY' }, { kind: 'TIMESTAMP' });

/** The first millisecond of the unit that the time is in. */
function startOf(unit: string, time: number): number {
  if (unit in MONTHS) {
    const date = new Date(time);
    return at(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / MONTHS[unit]!) * MONTHS[unit]!);
  }
  // 1970-01-05 was a Monday.
  const origin = unit === 'WEEK' ? 4 * DAY : 0;
  return Math.floor((time - origin) / FIXED[unit]!) * FIXED[unit]! + origin;
}

/** EXTRACT(field FROM a TIMESTAMP or INTERVAL): whole numbers, SECOND and EPOCH cut down. */
export function extract(field: string, type: Type): Body {
  const name = field.toUpperCase();
  return ([value], faults) => {
    const isTime = type.kind === 'INTERVAL' || (type.kind === 'TIMESTAMP' && isTimestamp(value as number));
    if (!isTime || typeof value !== 'number') return faults.note('type_mismatch');
    const result = type.kind === 'INTERVAL' ? ofInterval(name, value) : ofTimestamp(name, value);
    return result ?? faults.note('invalid_argument');
  };
}

function ofTimestamp(field: string, time: number): number | null {
  const date = new Date(time);
  switch (field) {
    case 'YEAR':
      return date.getUTCFullYear();
    case 'QUARTER':
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case 'MONTH':
      return date.getUTCMonth() + 1;
    case 'WEEK':
      return isoWeek(date);
    case 'DAY':
      return date.getUTCDate();
    case 'DAY_OF_WEEK':
    case 'DOW':
      // ISO: Monday is 1, Sunday 7.
      return ((date.getUTCDay() + 6) % 7) + 1;
    case 'DAY_OF_YEAR':
    case 'DOY':
      return Math.floor((time - at(date.getUTCFullYear(), 0)) / DAY) + 1;
    case 'HOUR':
      return date.getUTCHours();
    case 'MINUTE':
      return date.getUTCMinutes();
    case 'SECOND':
      return date.getUTCSeconds();
    case 'MILLISECOND':
      return date.getUTCMilliseconds();
    case 'EPOCH':
      return Math.floor(time / SECOND);
    default:
      return null;
  }
}

function ofInterval(field: string, interval: number): number | null {
  const left = Math.abs(interval);
  const sign = interval < 0 ? -1 : 1;
  switch (field) {
    case 'DAY':
      return sign * Math.floor(left / DAY) + 0;
    case 'HOUR':
      return sign * (Math.floor(left / HOUR) % 24) + 0;
    case 'MINUTE':
      return sign * (Math.floor(left / MINUTE) % 60) + 0;
    case 'SECOND':
      return sign * (Math.floor(left / SECOND) % 60) + 0;
    case 'MILLISECOND':
      return sign * (left % SECOND) + 0;
    case 'EPOCH':
      return Math.trunc(interval / SECOND) + 0;
    default:
      return null;
  }
}

/** ISO 8601: the week with the year's first Thursday is week 1. */
function isoWeek(date: Date): number {
  const day = (date.getUTCDay() + 6) % 7;
  const thursday = at(date.getUTCFullYear(), date.getUTCMonth()) + (date.getUTCDate() - 1 - day + 3) * DAY;
  const year = new Date(thursday).getUTCFullYear();
  return Math.floor((thursday - at(year, 0)) / (7 * DAY)) + 1;
}

function unitOf(value: Value): string | null {
  const name = String(value).toUpperCase().replace(/S$/, '');
  return name in FIXED || name in MONTHS ? name : null;
}

function at(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return date.getTime();
}

/** The same day of the month, or its last where it is shorter. */
function addMonths(time: number, months: number): number {
  const date = new Date(time);
  const total = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const first = at(Math.floor(total / 12), ((total % 12) + 12) % 12);
  const next = at(Math.floor((total + 1) / 12), (((total + 1) % 12) + 12) % 12);
  const day = Math.min(date.getUTCDate(), Math.round((next - first) / DAY));
  return first + (day - 1) * DAY + (((time % DAY) + DAY) % DAY);
}

function wholeMonths(from: number, to: number): number {
  if (to < from) return -wholeMonths(to, from);
  const a = new Date(from);
  const b = new Date(to);
  const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
  return addMonths(from, months) > to ? months - 1 : months;
}
