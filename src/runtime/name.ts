import type { Identifier } from '../language/ast.js';
import { RuntimeError } from './error.js';

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,127}$/u;

/** Throws RuntimeError `bad_name` for what cannot name a stream, rule or destination. */
export function checkName(what: string, name: string): void {
  if (NAME.test(name)) return;
  const message = `'${name.slice(0, 60)}' cannot name a ${what}: a name has 1 to 128 letters, digits, '_', '-' or '.', and begins with a letter, a digit or '_'`;
  throw new RuntimeError('bad_name', message);
}

/** Whether the identifier in a text means `name`: exactly when quoted, else without regard to case. */
export function means(identifier: Identifier, name: string): boolean {
  return identifier.quoted ? identifier.name === name : identifier.name.toLowerCase() === name.toLowerCase();
}

/** Throws RuntimeError `name_mismatch` when a text names something else than the request does. */
export function checkMeans(what: string, identifier: Identifier, name: string): void {
  if (means(identifier, name)) return;
  const message = `the text is about the ${what} '${identifier.name}', the request about '${name}': make them the same`;
  throw new RuntimeError('name_mismatch', message, { names: [identifier.name] });
}
