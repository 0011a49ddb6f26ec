/** The parts of Redis's answers, checked. Each throws TypeError for something else. */

export function asList(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected('a list', reply);
}

export function asBytes(reply: unknown): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  throw unexpected('bytes', reply);
}

export function asText(reply: unknown): string {
  return asBytes(reply).toString();
}

/** An integer, or the text of one. */
export function asInteger(reply: unknown): number {
  const value = Buffer.isBuffer(reply) ? Number(reply.toString()) : reply;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw unexpected('an integer', reply);
}

function unexpected(what: string, reply: unknown): TypeError {
  return new TypeError(`Redis answers ${reply === null ? 'nothing' : typeof reply} instead of ${what}`);
}
