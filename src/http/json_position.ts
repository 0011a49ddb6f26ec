/** Where a text stops being JSON (RFC 8259): the offset of the first character that cannot stand there; null for a whole JSON text. */
export function jsonErrorAt(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let expected: 'value' | 'first_value' | 'key' | 'first_key' | 'colon' | 'next' = 'value';
  let at = skipSpace(text, 0);
  for (; at < text.length; at = skipSpace(text, at)) {
    const character = text[at] as string;
    if (expected === 'next') {
      const within = open.at(-1);
      if (within === undefined) return at;
      if (character === ',') expected = within === '{' ? 'key' : 'value';
      else if (character === (within === '{' ? '}' : ']')) open.pop();
      else return at;
      at++;
    } else if (expected === 'colon') {
      if (character !== ':') return at;
      expected = 'value';
      at++;
    } else if (
      (expected === 'first_key' && character === '}') ||
      (expected === 'first_value' && character === ']')
    ) {
      open.pop();
      expected = 'next';
      at++;
    } else if (expected === 'key' || expected === 'first_key') {
      if (character !== '"') return at;
      const end = scanString(text, at);
      if (end < 0) return -end;
      expected = 'colon';
      at = end;
    } else if (character === '{' || character === '[') {
      open.push(character);
      expected = character === '{' ? 'first_key' : 'first_value';
      at++;
    } else {
      const end = character === '"' ? scanString(text, at) : scanScalar(text, at);
      if (end < 0) return -end;
      if (end === at) return at;
      expected = 'next';
      at = end;
    }
  }
  return expected === 'next' && open.length === 0 ? null : text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}

/** The offset behind a string that begins at `from`, or the negated offset of what is wrong in it (never 0: a quote stands before). */
function scanString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return -at;
    if (code !== 0x5c) continue;
    at++;
    const escaped = text[at] ?? '';
    if (escaped === 'u') {
      for (let digit = 0; digit < 4; digit++) if (!/[0-9a-f]/i.test(text[++at] ?? '')) return -at;
    } else if (escaped === '' || !'"\\/bfnrt'.includes(escaped)) return -at;
  }
  return -text.length;
}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** The offset behind a number or a literal at `from`; `from` itself when none is there. */
function scanScalar(text: string, from: number): number {
  SCALAR.lastIndex = from;
  return SCALAR.test(text) ? SCALAR.lastIndex : from;
}
