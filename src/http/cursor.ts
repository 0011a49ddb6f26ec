import { Problem } from './problem.js';

/** A cursor is the last key of a page, behind a letter for the list it belongs to, as base64url: opaque, and safe in a URL. */
export function encodeCursor(list: string, key: string | number): string {
  return Buffer.from(`${list}:${key}`).toString('base64url');
}

/**
 * The key in a cursor of `list`; null for none.
 * @throws Problem `invalid_cursor`
 */
export function decodeCursor(list: string, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(`${list}:`) || encodeCursor(list, text.slice(list.length + 1)) !== cursor) {
    throw new Problem('invalid_cursor', 'use the next_cursor of a page of the same list, unchanged');
  }
  return text.slice(list.length + 1);
}

/** As `decodeCursor`, for lists whose keys are whole numbers from 0. */
export function decodeNumberCursor(list: string, cursor: string | undefined): number | null {
  const key = decodeCursor(list, cursor);
  if (key === null) return null;
  const number = Number(key);
  if (!/^\d{1,16}$/.test(key) || !Number.isSafeInteger(number)) {
    throw new Problem('invalid_cursor', 'use the next_cursor of a page of the same list, unchanged');
  }
  return number;
}
