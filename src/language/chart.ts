import nearley from 'nearley';
import type { Statement } from './ast.js';
import grammar from './grammar.js';
import type { Token } from './token.js';

/** What the grammar makes of one statement's tokens. */
export interface Reading {
  /** The parses: one for a whole statement, none otherwise. More than one would be a mistake in the grammar. */
  readonly trees: readonly Statement[];
  /** How many tokens were taken before one did not fit; all of them where none did, or where the end came too early. */
  readonly taken: number;
  /** What could stand behind the tokens taken: texts of fixed tokens, types of the others as `%type`. */
  readonly expected: ReadonlySet<string>;
}

/** The parts of nearley's tables that its type declarations leave out. */
interface Chart {
  readonly current: number;
  readonly table: readonly { readonly scannable: readonly Scannable[] }[];
}

interface Scannable {
  readonly dot: number;
  readonly rule: { readonly symbols: readonly { readonly literal?: string; readonly type?: string }[] };
}

/** Hands tokens that are already there to nearley. */
class TokenReader implements nearley.Lexer {
  #next = 0;

  constructor(readonly tokens: readonly Token[]) {}

  reset(): void {
    this.#next = 0;
  }

  next(): Token | undefined {
    return this.tokens[this.#next++];
  }

  save(): object {
    return {};
  }

  formatError(): string {
    return '';
  }
}

const GRAMMAR = nearley.Grammar.fromCompiled(grammar);

/** Reads the tokens of one statement by the grammar. Never throws; time and memory grow with the tokens. */
export function read(tokens: readonly Token[]): Reading {
  const parser = new nearley.Parser(GRAMMAR, { lexer: new TokenReader(tokens) });
  // Its own report can be hundreds of kB and overflow the stack; syntax_error.ts makes ours from the chart.
  (parser as unknown as { reportError: () => string }).reportError = () => '';
  let fits = true;
  try {
    parser.feed('');
  } catch {
    fits = false;
  }
  const chart = parser as unknown as Chart;
  const expected = new Set<string>();
  for (const { rule, dot } of chart.table[chart.current]?.scannable ?? []) {
    const symbol = rule.symbols[dot];
    if (symbol !== undefined) expected.add(symbol.literal ?? `%${symbol.type}`);
  }
  return { trees: fits ? (parser.results as Statement[]) : [], taken: chart.current, expected };
}
