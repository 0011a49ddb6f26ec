import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Engine } from '../../src/engine/engine.js';
import type { Row } from '../../src/event/row.js';
import { lex } from '../../src/language/lexer.js';
import type { RulePlan } from '../../src/language/plan.js';
import { unmarked } from '../language/bind/marked.js';

/** Statements to begin from: the rules of the examples, of the golden cases and of the diagnostics. */
function seeds(): readonly string[] {
  const golden = join('test', 'language', 'golden');
  const parts = (folder: string, ending: string) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(ending))
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/^== .*$/m));
  return [
    ...parts('rules', '.sql'),
    ...parts(golden, '.golden').map((part) => part.split(/^-- (?:input|options|problem)/m)[0]!),
    ...parts(join(golden, 'diagnostics'), '.txt').map(
      (part) => unmarked(part.replaceAll(/^(?:hint|environment): .*$/gm, '')).text,
    ),
  ].filter((text) => text.trim() !== '' && text.length < 2_000);
}

const SEEDS = seeds().map((text) => lex(text).map((token) => text.slice(token.span.start, token.span.end)));
/** Every token of every seed, each once: what one text borrows from another. */
const TOKENS = [...new Set(SEEDS.flat())];

type Change =
  | { readonly kind: 'delete' | 'double' | 'open'; readonly at: number; readonly length: number }
  | { readonly kind: 'swap' | 'copy'; readonly at: number; readonly to: number; readonly length: number }
  | { readonly kind: 'replace' | 'insert'; readonly at: number; readonly token: string };

const at = fc.nat(400);
const length = fc.integer({ min: 1, max: 6 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constantFrom('delete' as const, 'double' as const, 'open' as const), at, length }),
  fc.record({ kind: fc.constantFrom('swap' as const, 'copy' as const), at, to: at, length }),
  fc.record({
    kind: fc.constantFrom('replace' as const, 'insert' as const),
    at,
    token: fc.constantFrom(...TOKENS),
  }),
);

function mutated(tokens: readonly string[], changes: readonly Change[]): string {
  const list = [...tokens];
  for (const each of changes) {
    const place = each.at % Math.max(1, list.length);
    const piece = 'length' in each ? list.slice(place, place + each.length) : [];
    switch (each.kind) {
      case 'delete':
        list.splice(place, each.length);
        break;
      case 'double':
        list.splice(place, 0, ...piece);
        break;
      case 'open':
        list.splice(place, piece.length, '(', ...piece, ')');
        break;
      case 'swap':
      case 'copy': {
        const target = each.to % Math.max(1, list.length);
        const other = list.slice(target, target + each.length);
        list.splice(target, other.length, ...piece);
        if (each.kind === 'swap') list.splice(place, piece.length, ...other);
        break;
      }
      case 'replace':
        list.splice(place, 1, each.token);
        break;
      case 'insert':
        list.splice(place, 0, each.token);
    }
  }
  return list.join(' ');
}

/** A rule or declaration of the examples with up to four changes of its tokens: about one in six still binds. */
export const mutatedText: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(change, { maxLength: 4 }))
  .map(([tokens, changes]) => mutated(tokens, changes));

/** Tokens of the examples in any order behind the beginning of a statement. */
export const tokenSoup: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', 'SELECT ', 'SELECT a FROM s ', 'SELECT a FROM s MATCH_RECOGNIZE ( PATTERN ( '),
    fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }),
  )
  .map(([head, tokens]) => head + tokens.join(' '));

const ROWS = ['payments', 'logins'].flatMap((stream) =>
  [1, 2, 3].map((n): Omit<Row, 'offset'> => {
    const values = {
      card: 'x',
      amount: n,
      units: n,
      level: n,
      flagged: n === 2,
      country: 'DE',
      at: n,
      v: 'A',
      t: n,
    };
    return { stream, time: n, arrival: n, values };
  }),
);

/** A plan that binding gave can be run: what it is made of fits what the engine takes. */
export function runPlan(plan: RulePlan, mode: 'stream' | 'bounded'): void {
  const engine = new Engine({ mode });
  for (const { schema } of plan.sources) engine.putStream(schema);
  try {
    engine.addRule(plan);
  } catch (error) {
    if (error instanceof RangeError) return;
    throw error;
  }
  const read = new Set(plan.sources.map(({ stream }) => stream));
  const rows = ROWS.filter(({ stream }) => read.has(stream));
  for (const [offset, row] of rows.entries()) engine.append({ ...row, offset });
  engine.end();
  engine.take();
}
