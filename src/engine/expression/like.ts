/** A pattern in pieces: `%`, `_`, or text to be found as it is. */
type Piece = { readonly kind: 'many' | 'one' } | { readonly kind: 'text'; readonly text: string };

/**
 * LIKE (ISO/IEC 9075-2, 8.5): `%` is any number of characters, `_` one, a character being a code point. Without `_` the
 * pieces are looked for in turn; with it, time is at most text times pattern. Null: the escape is not one character, or
 * stands before another than `%`, `_` and itself.
 */
export function likeMatcher(
  pattern: string,
  escapeCharacter: string | null,
): ((text: string) => boolean) | null {
  const pieces = parse(pattern, escapeCharacter);
  if (pieces === null) return null;
  if (pieces.some(({ kind }) => kind === 'one')) return (text) => matchesPieces(text, pieces);
  return inTurn(pieces);
}

function parse(pattern: string, escapeCharacter: string | null): readonly Piece[] | null {
  if (escapeCharacter !== null && [...escapeCharacter].length !== 1) return null;
  const pieces: Piece[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') pieces.push({ kind: 'text', text });
    text = '';
  };
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === escapeCharacter) {
      const next = characters[++i];
      if (next === undefined || (next !== '%' && next !== '_' && next !== escapeCharacter)) return null;
      text += next;
    } else if (character === '%' || character === '_') {
      flush();
      const kind = character === '%' ? 'many' : 'one';
      if (kind === 'one' || pieces[pieces.length - 1]?.kind !== 'many') pieces.push({ kind });
    } else {
      text += character;
    }
  }
  flush();
  return pieces;
}

function inTurn(pieces: readonly Piece[]): (text: string) => boolean {
  const texts = pieces.flatMap((piece) => (piece.kind === 'text' ? [piece.text] : []));
  if (!pieces.some(({ kind }) => kind === 'many')) {
    const only = texts.join('');
    return (text) => text === only;
  }
  const start = pieces[0]!.kind === 'text' ? texts.shift()! : '';
  const end = pieces[pieces.length - 1]!.kind === 'text' ? texts.pop()! : '';
  return (text) => {
    const last = text.length - end.length;
    if (last < start.length || !text.startsWith(start) || !text.endsWith(end)) return false;
    let at = start.length;
    for (const each of texts) {
      const found = text.indexOf(each, at);
      if (found < 0 || found + each.length > last) return false;
      at = found + each.length;
    }
    return true;
  };
}

/** Goes forward, and back only to the last `%`: an earlier one need never take more. */
function matchesPieces(text: string, pieces: readonly Piece[]): boolean {
  let at = 0;
  let piece = 0;
  let many = -1;
  let manyAt = 0;
  while (at < text.length || piece < pieces.length) {
    const current = pieces[piece];
    if (current?.kind === 'many') {
      many = piece++;
      manyAt = at;
    } else if (current?.kind === 'one' && at < text.length) {
      piece++;
      at += width(text, at);
    } else if (current?.kind === 'text' && text.startsWith(current.text, at)) {
      piece++;
      at += current.text.length;
    } else if (many >= 0 && manyAt < text.length) {
      piece = many + 1;
      manyAt += width(text, manyAt);
      at = manyAt;
    } else {
      return false;
    }
  }
  return true;
}

/** How many UTF-16 units the character there has. */
function width(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}
