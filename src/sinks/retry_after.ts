/**
 * Reads a Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3). Gives milliseconds from `at` on, at least 0, or
 * null for what is neither. `at` is milliseconds since the epoch.
 */
export function retryAfter(header: string | readonly string[] | undefined, at: number): number | null {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  // All three forms of a date begin with the day's name.
  const time = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(inGmt(text)) : Number.NaN;
  return Number.isNaN(time) ? null : Math.max(0, time - at);
}

/** The oldest form, asctime's, names no zone and means GMT. */
function inGmt(text: string): string {
  return text.endsWith('GMT') ? text : `${text} GMT`;
}
