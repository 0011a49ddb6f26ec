import type { Identifier } from '../ast.js';
import { nearest } from '../edit_distance.js';

/** Whether an identifier means this name: quoted ones exactly, others without regard to case (ISO 5.2). */
export function isCalled({ name, quoted }: Identifier, called: string): boolean {
  if (name === called) return true;
  if (quoted || name.length !== called.length || endsOtherwise(name, called)) return false;
  return name.toLowerCase() === called.toLowerCase();
}

/** Whether the last letters differ for certain. Long texts compare each name with each: this spares most of the folding. */
function endsOtherwise(a: string, b: string): boolean {
  const [x, y] = [a.charCodeAt(a.length - 1), b.charCodeAt(b.length - 1)];
  return x < 128 && y < 128 && (x | 32) !== (y | 32);
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

/** `it has a, b, c`; null when there are none, or more than one would read. */
export function enumerated(lead: string, names: readonly string[]): string | null {
  return names.length > 0 && names.length <= 12 ? `${lead} ${names.join(', ')}` : null;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
