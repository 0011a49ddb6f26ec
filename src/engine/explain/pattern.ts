import type { MatchPlan, PatternPlan } from '../../language/plan.js';
import { nameOf } from './sql.js';

// How tightly a form binds: a quantifier more than a sequence, that more than an alternation.
const ALTERNATION = 0;
const SEQUENCE = 1;
const QUANTIFIED = 2;
const PRIMARY = 3;

/** What stands between the parentheses of PATTERN, the NOT at its start and end included. */
export function patternOf({ pattern, absentBefore, absentAfter, variables }: MatchPlan): string {
  const names = variables.map(({ name }) => nameOf(name));
  const before = absentBefore.length > 0 ? `${absent(absentBefore, names)} -> ` : '';
  const after = absentAfter.length > 0 ? ` -> ${absent(absentAfter, names)}` : '';
  return `${before}${partOf(pattern, names, before + after === '' ? ALTERNATION : SEQUENCE)}${after}`;
}

/** A part of a pattern; `names`: the variables' names. */
export function partOf(pattern: PatternPlan, names: readonly string[], least = ALTERNATION): string {
  const { text, level } = write(pattern, names);
  return level < least ? `(${text})` : text;
}

function write(pattern: PatternPlan, names: readonly string[]): { text: string; level: number } {
  switch (pattern.kind) {
    case 'variable':
      return { text: names[pattern.variable] ?? '?', level: PRIMARY };
    case 'concatenation':
      return {
        text: pattern.elements.map((each) => partOf(each, names, SEQUENCE)).join(' '),
        level: SEQUENCE,
      };
    case 'alternation':
      return {
        text: pattern.branches.map((each) => partOf(each, names, SEQUENCE)).join(' | '),
        level: ALTERNATION,
      };
    case 'quantified':
      return { text: partOf(pattern.body, names, PRIMARY) + quantifierOf(pattern), level: QUANTIFIED };
    case 'empty':
      return { text: '()', level: PRIMARY };
    case 'anchor':
      return { text: pattern.at === 'start' ? '^' : '$', level: PRIMARY };
    case 'exclusion':
      return { text: `{- ${partOf(pattern.body, names)} -}`, level: PRIMARY };
    case 'permute':
      return {
        text: `PERMUTE(${pattern.elements.map((each) => partOf(each, names)).join(', ')})`,
        level: PRIMARY,
      };
    case 'gap':
      return {
        text: pattern.absent.length === 0 ? '->' : `-> ${absent(pattern.absent, names)} ->`,
        level: PRIMARY,
      };
  }
}

/** `{2,5}`, `+`, `*?`. */
export function quantifierOf({ min, max, greedy }: Extract<PatternPlan, { kind: 'quantified' }>): string {
  return form(min, max) + (greedy ? '' : '?');
}

function form(min: number, max: number | null): string {
  if (max === null) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === max) return `{${min}}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}

function absent(variables: readonly number[], names: readonly string[]): string {
  const each = variables.map((variable) => names[variable] ?? '?').join(' | ');
  return variables.length === 1 ? `NOT ${each}` : `NOT (${each})`;
}
