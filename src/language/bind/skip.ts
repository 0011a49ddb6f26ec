import type { Skip } from '../ast.js';
import type { PatternPlan, SkipPlan } from '../plan.js';
import type { Problems } from './problems.js';
import type { Variables } from './variables.js';

/** AFTER MATCH (ISO 7.7). What is certain to lead nowhere is refused (language.md 12). `pattern`: null where it is wrong. */
export function bindSkip(
  skip: Skip | null,
  pattern: PatternPlan | null,
  variables: Variables,
  problems: Problems,
): SkipPlan | null {
  if (skip === null || skip.mode === 'past_last_row') return { mode: 'past_last_row' };
  if (skip.mode === 'to_next_row' || skip.mode === 'no_skip') return { mode: skip.mode };
  const { mode, variable, span } = skip;
  if (variable === null) throw new Error(`SKIP ${mode} without a variable`);
  const { name } = variable;
  const rows = variables.find(variable);
  if (rows === undefined) {
    const hint = problems.suggest(name, variables.names);
    return problems.error('unknown_variable', variable.span, `PATTERN has no variable ${name}`, hint);
  }
  const labelled = rows.set.filter((index) => variables.list[index]?.isLabelled);
  if (labelled.length === 0) {
    const message = `no row has the label ${name}: the search cannot go on there`;
    return problems.error('bad_skip', span, message, 'AFTER MATCH SKIP PAST LAST ROW is the default');
  }
  const target = new SkipTarget(labelled, mode);
  if (pattern !== null) target.walk(pattern, new Set<Reached>(['no_row']));
  if (pattern !== null && !target.isReachable) {
    const message = `${name} can only be the first row of a match: the search would find the same match again`;
    return problems.error(
      'bad_skip',
      span,
      message,
      'write AFTER MATCH SKIP TO NEXT ROW to try each later row',
    );
  }
  return { mode, set: labelled };
}

/** How far a way through the pattern has come: no row yet, or some rows of which none ends the search for the row skipped to. */
type Reached = 'no_row' | 'rows';

/**
 * Whether in every match the row skipped to is the first one or is missing. The walk takes more ways than there are where it
 * is not exact (PERMUTE), so that what it says is certain.
 */
class SkipTarget {
  isReachable = false;
  /** Nested loops would be walked again and again. */
  readonly #known = new Map<PatternPlan, Map<string, ReadonlySet<Reached>>>();

  constructor(
    private readonly set: readonly number[],
    private readonly mode: 'to_first' | 'to_last',
  ) {}

  /** Where ways through a part can come to from here. */
  walk(pattern: PatternPlan, from: ReadonlySet<Reached>): ReadonlySet<Reached> {
    const key = [...from].sort().join();
    const known = this.#known.get(pattern) ?? new Map<string, ReadonlySet<Reached>>();
    this.#known.set(pattern, known);
    const reached = known.get(key) ?? this.#through(pattern, from);
    known.set(key, reached);
    return reached;
  }

  #through(pattern: PatternPlan, from: ReadonlySet<Reached>): ReadonlySet<Reached> {
    switch (pattern.kind) {
      case 'variable':
        return this.#label(pattern.variable, from);
      case 'concatenation':
        return pattern.elements.reduce((reached, element) => this.walk(element, reached), from);
      case 'alternation':
        return new Set(pattern.branches.flatMap((branch) => [...this.walk(branch, from)]));
      case 'permute':
        return this.#repeated({ kind: 'alternation', branches: pattern.elements }, from);
      case 'exclusion':
        return this.walk(pattern.body, from);
      case 'quantified': {
        // After as many turns as there are states nothing new is reached.
        const least = Math.min(pattern.min, 2);
        let reached = from;
        for (let turn = 0; turn < least; turn++) reached = this.walk(pattern.body, reached);
        return pattern.max === pattern.min ? reached : this.#repeated(pattern.body, reached);
      }
      default:
        return from;
    }
  }

  #label(variable: number, from: ReadonlySet<Reached>): ReadonlySet<Reached> {
    const isTarget = this.set.includes(variable);
    if (isTarget && from.has('rows')) this.isReachable = true;
    // The first row of the set is the match's first: later ones do not change that.
    const isOver = isTarget && this.mode === 'to_first';
    return new Set(from.size > 0 && !isOver ? (['rows'] as const) : []);
  }

  #repeated(body: PatternPlan, from: ReadonlySet<Reached>): ReadonlySet<Reached> {
    let reached = from;
    for (let turn = 0; turn < 2; turn++) reached = new Set([...reached, ...this.walk(body, reached)]);
    return reached;
  }
}
