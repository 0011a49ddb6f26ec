import type { Identifier } from '../ast.js';
import { nearest } from '../edit_distance.js';

/** Whether an identifier means this name: quoted ones exactly, others without regard to case (ISO 5.2). */
export function isCalled({ name, quoted }: Identifier, called: string): boolean {
  return quoted ? name === called : name.toLowerCase() === called.toLowerCase();
}

/** What an identifier names in a list: an exact match before one that differs in case. */
export function findNamed<T>(
  identifier: Identifier,
  list: readonly T[],
  nameOf: (each: T) => string,
): T | undefined {
  return (
    list.find((each) => nameOf(each) === identifier.name) ??
    list.find((each) => isCalled(identifier, nameOf(each)))
  );
}

/** `did you mean amount?`, or null when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | null {
  const spelled = new Map([...candidates].map((each) => [each.toLowerCase(), each]));
  const near = nearest(name.toLowerCase(), spelled.keys());
  return near === null ? null : `did you mean ${spelled.get(near)}?`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
