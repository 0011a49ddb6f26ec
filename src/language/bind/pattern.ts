import type { Identifier, Pattern, PatternNot, PatternPermute } from '../ast.js';
import type { Span } from '../diagnostic.js';
import { isFixed, MAX_PERMUTED, MAX_PERMUTED_WAYS, type PatternPlan } from '../plan.js';
import { endsInGap, touchesGap } from './gaps.js';
import { listed } from './names.js';
import type { Problems } from './problems.js';
import type { Variables } from './variables.js';

/** PATTERN, with what must be absent before and after taken out of it. */
export interface BoundPattern {
  readonly pattern: PatternPlan;
  readonly absentBefore: readonly number[];
  readonly absentAfter: readonly number[];
}

const PLACES =
  'NOT may stand in a gap (A -> NOT B -> C), at the end (A -> NOT B) or at the start (NOT B -> A), the last two with WITHIN';

/** Binds a pattern (ISO 7.9; `->` and NOT: language.md 4). Null when a problem was noted. */
export function bindPattern(pattern: Pattern, context: PatternContext): BoundPattern | null {
  return new PatternBinder(context).whole(pattern);
}

export interface PatternContext {
  readonly variables: Variables;
  readonly input: 'stream' | 'bounded';
  readonly hasWithin: boolean;
  readonly problems: Problems;
}

/** One element of a sequence: a NOT has been taken into its gap. */
interface Element {
  readonly source: Pattern;
  readonly plan: PatternPlan | null;
}

class PatternBinder {
  readonly #variables: Variables;
  readonly #problems: Problems;
  readonly #context: PatternContext;
  /** A part that was refused for the gap that it begins with. */
  #gapAtStart: Span | null = null;

  constructor(context: PatternContext) {
    this.#context = context;
    this.#variables = context.variables;
    this.#problems = context.problems;
  }

  whole(pattern: Pattern): BoundPattern | null {
    let top = pattern;
    while (top.kind === 'pattern_group') top = top.body;
    let elements = top.kind === 'pattern_concatenation' ? top.elements : [top];
    let [absentBefore, absentAfter]: [readonly number[], readonly number[]] = [[], []];
    const [first, second] = elements;
    if (first?.kind === 'pattern_not' && second?.kind === 'pattern_gap' && elements.length > 2) {
      absentBefore = this.#watched(first);
      elements = elements.slice(2);
      if (touchesGap(elements[0]!, 'first')) this.#twice(elements[0]!.span);
      this.#needWithin(first.span);
    } else this.#noGapAtStart(elements);
    const last = elements.at(-1);
    if (last?.kind === 'pattern_not' && elements.at(-2)?.kind === 'pattern_gap' && elements.length > 2) {
      absentAfter = this.#watched(last);
      elements = elements.slice(0, -2);
      if (touchesGap(elements.at(-1)!, 'last')) this.#twice(last.span);
      this.#needWithin(last.span);
    } else if (last !== undefined) this.#noGapAtEnd(elements, last);
    const plan = this.#sequence(elements);
    return plan === null ? null : { pattern: plan, absentBefore, absentAfter };
  }

  #bind(pattern: Pattern): PatternPlan | null {
    switch (pattern.kind) {
      case 'pattern_variable':
        return { kind: 'variable', variable: this.#index(pattern.name) };
      case 'pattern_concatenation':
        return this.#sequence(pattern.elements);
      case 'pattern_gap':
      case 'pattern_not':
        return this.#sequence([pattern]);
      case 'pattern_group':
        return this.#bind(pattern.body);
      case 'pattern_empty':
        return { kind: 'empty' };
      case 'pattern_anchor':
        if (pattern.at === 'end' && this.#context.input === 'stream') {
          const message = '$ is the end of the input, and a stream has none';
          return this.#problems.error(
            'end_anchor_on_stream',
            pattern.span,
            message,
            'WITHIN ends a match by time',
          );
        }
        return { kind: 'anchor', at: pattern.at };
      case 'pattern_exclusion': {
        const body = this.#bind(pattern.body);
        return body === null ? null : { kind: 'exclusion', body };
      }
      case 'pattern_permute':
        return this.#permute(pattern);
      case 'pattern_alternation': {
        const branches = pattern.branches.map((branch) => this.#bind(branch));
        return branches.every((branch) => branch !== null) ? { kind: 'alternation', branches } : null;
      }
      case 'pattern_quantified': {
        const { body, quantifier, span } = pattern;
        if (quantifier.max !== 1 && touchesGap(body, 'first') && touchesGap(body, 'last')) this.#twice(span);
        const bound = this.#bind(body);
        const { min, max, greedy } = quantifier;
        return bound === null ? null : { kind: 'quantified', body: bound, min, max, greedy };
      }
    }
  }

  #sequence(patterns: readonly Pattern[]): PatternPlan | null {
    const elements: Element[] = [];
    for (let i = 0; i < patterns.length; i++) {
      const pattern = patterns[i]!;
      const next = patterns[i + 1];
      if (
        pattern.kind === 'pattern_gap' &&
        next?.kind === 'pattern_not' &&
        patterns[i + 2]?.kind === 'pattern_gap'
      ) {
        elements.push({ source: pattern, plan: { kind: 'gap', absent: this.#watched(next) } });
        i += 2;
      } else if (pattern.kind === 'pattern_gap') {
        elements.push({ source: pattern, plan: { kind: 'gap', absent: [] } });
      } else if (pattern.kind === 'pattern_not') {
        const names = listed(pattern.variables.map(({ name }) => name));
        this.#problems.error('misplaced_not', pattern.span, `NOT ${names} cannot stand here`, PLACES);
        elements.push({ source: pattern, plan: null });
      } else {
        elements.push({ source: pattern, plan: this.#bind(pattern) });
      }
    }
    for (const [i, { source }] of elements.entries()) {
      const before = elements[i - 1];
      if (before !== undefined && touchesGap(before.source, 'last') && touchesGap(source, 'first'))
        this.#twice(source.span);
    }
    const plans = elements.map(({ plan }) => plan);
    if (!plans.every((plan) => plan !== null)) return null;
    return plans.length === 1 ? plans[0]! : { kind: 'concatenation', elements: plans };
  }

  /** PERMUTE (ISO 7.9). Elements that can be taken in one way only need no list of all orders. */
  #permute({ elements, span }: PatternPermute): PatternPlan | null {
    const bound = elements.map((element) => this.#bind(element));
    if (!bound.every((element) => element !== null)) return null;
    const most = bound.every(isFixed) ? MAX_PERMUTED : MAX_PERMUTED_WAYS;
    if (bound.length > most) {
      const what = most === MAX_PERMUTED ? 'elements' : 'elements with quantifiers, alternation or gaps';
      return this.#problems.error('pattern_too_large', span, `PERMUTE takes at most ${most} ${what}`);
    }
    return { kind: 'permute', elements: bound };
  }

  #index(name: Identifier): number {
    return this.#variables.find(name)!.set[0]!;
  }

  #watched({ variables }: PatternNot): readonly number[] {
    return [...new Set(variables.map((name) => this.#index(name)))];
  }

  #noGapAtEnd(elements: readonly Pattern[], last: Pattern): void {
    if (!endsInGap(last)) return;
    const isBehindNot = elements.at(-2)?.kind === 'pattern_not';
    // A NOT before it that is in no gap is told where it may stand.
    if (isBehindNot && elements.at(-3)?.kind !== 'pattern_gap') return;
    const hint = isBehindNot
      ? 'what must be absent at the end is written without it: a -> NOT b'
      : 'say what comes behind it, or put the repeated part into a group: (a ->)+';
    this.#problems.error('gap_at_end', last.span, 'a gap at the end of the pattern takes no row', hint);
  }

  /** `^` before a gap changes nothing: a match starts at a row. */
  #noGapAtStart(elements: readonly Pattern[]): void {
    const [first, second] = elements.filter(
      ({ kind }) => kind !== 'pattern_anchor' && kind !== 'pattern_empty',
    );
    if (first === undefined || !touchesGap(first, 'first')) return;
    // A NOT behind it is told where it may stand.
    if (first.kind === 'pattern_gap' && second?.kind === 'pattern_not' && elements.length === 2) return;
    this.#gapAtStart = first.span;
    const message = 'a match starts at its first labelled row: a gap cannot begin it';
    this.#problems.error('gap_at_start', first.span, message, 'leave the first -> out');
  }

  #twice(span: Span): void {
    if (span === this.#gapAtStart) return;
    this.#problems.error(
      'gap_twice',
      span,
      'two gaps stand behind each other',
      'one -> takes any number of rows: leave the other out',
    );
  }

  #needWithin(span: Span): void {
    if (this.#context.hasWithin) return;
    const message = 'that something is absent can only be known within a time';
    this.#problems.error(
      'absence_without_within',
      span,
      message,
      "write PATTERN (...) WITHIN INTERVAL '10' MINUTE",
    );
  }
}
