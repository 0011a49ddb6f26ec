import * as z from 'zod';
import { formatTimestamp, isTimestamp, parseTimestamp } from '../event/timestamp.js';
import { encodeCursor } from './cursor.js';

/** How many items a page has at most. */
const LARGEST_PAGE = 1_000;

/** A whole number of a query, from `min` to `max`. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,16}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`)
    .meta({ override: { type: 'integer', minimum: min, maximum: max, pattern: undefined } });
}

/** The query of every list. */
export const pageQuery = z.strictObject({
  limit: wholeNumber(1, LARGEST_PAGE)
    .optional()
    .transform((limit) => limit ?? 100)
    .meta({ description: 'How many items at most.', override: { default: 100 } }),
  cursor: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
});

/** A page of items. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'For the page behind this one; null at the end.' }),
  });
}

/** Makes a page of what was found when one more than `limit` was asked for. */
export function page<T, I>(
  list: string,
  found: readonly T[],
  limit: number,
  key: (item: T) => string | number,
  show: (item: T) => I,
): { items: I[]; next_cursor: string | null } {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const more = found.length > limit && last !== undefined;
  return { items: shown.map(show), next_cursor: more ? encodeCursor(list, key(last)) : null };
}

/** A time in a request: ISO 8601 text, to milliseconds since the epoch. */
export const timeIn = z
  .string()
  .max(100)
  .transform((text, context) => {
    const time = parseTimestamp(text);
    if (time !== null) return time;
    context.addIssue({ code: 'custom', message: 'must be ISO 8601, for instance 2026-11-23T21:05:00.000Z' });
    return z.NEVER;
  })
  .meta({ override: { type: 'string', format: 'date-time' } });

/** A time in an answer. */
export const timeOut = z.string().meta({ format: 'date-time', example: '2026-11-23T21:05:00.000Z' });

/** Milliseconds as ISO 8601 text; null for none, and for what no calendar has. */
export function iso(time: number | null): string | null {
  return time !== null && isTimestamp(time) ? formatTimestamp(time) : null;
}
