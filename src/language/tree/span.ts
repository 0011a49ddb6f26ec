import type { Span } from '../diagnostic.js';

/** The place from the first to the last of some nodes and tokens; null and empty lists among them have none. */
export function over(parts: readonly unknown[]): Span {
  const first = edge(parts, 1);
  const last = edge(parts, -1);
  return { start: first?.start ?? 0, end: last?.end ?? 0 };
}

function edge(parts: readonly unknown[], step: 1 | -1): Span | null {
  for (let i = step === 1 ? 0 : parts.length - 1; i >= 0 && i < parts.length; i += step) {
    const part = parts[i];
    if (part === null || typeof part !== 'object') continue;
    const found = Array.isArray(part) ? edge(part, step) : 'span' in part ? (part.span as Span) : null;
    if (found !== null) return found;
  }
  return null;
}

export function first<T>([part]: readonly [T]): T {
  return part;
}

export function second<T>([, part]: readonly [unknown, T]): T {
  return part;
}

export function third<T>([, , part]: readonly [unknown, unknown, T]): T {
  return part;
}

export function firstOfFirst<T>([[part]]: readonly [readonly [T]]): T {
  return part;
}

/** The first and the others that followed commas. */
export function list<T>([one, others]: readonly [T, readonly T[]]): readonly T[] {
  return [one, ...others];
}
