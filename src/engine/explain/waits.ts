import type { MatchPlan } from '../../language/plan.js';
import type { Automaton, State } from '../match/automaton.js';
import { MOST_VARIABLES } from '../match/determinised.js';
import type { Matcher } from '../match/matcher.js';
import { areExclusive } from './exclusive.js';

/** What a complete match can wait for: `longer`, more rows of its loop; `preferred`, another way that the pattern prefers. */
export type Wait = 'longer' | 'preferred';

/** Lists of states that are looked through, and how long they may be. */
const MOST_LISTS = 300;
const LONGEST_LIST = 100;
/** Questions to a row that are looked through with every combination of answers. */
const MOST_QUESTIONS = 8;

/** Whether a row takes a thread on: its variable holds. Where conditions read earlier rows each thread has an answer of its own. */
interface Question {
  readonly variable: number;
  /** The thread's place in the list; -1: all threads. */
  readonly thread: number;
}

/**
 * What the matches of one start may wait for when they are complete, found by taking every combination of answers that can be
 * through the automaton; null: there are too many to say.
 */
export function waitsOf(plan: MatchPlan, matcher: Matcher): readonly Wait[] | null {
  const { automaton } = matcher;
  if (plan.variables.length > MOST_VARIABLES) return null;
  const waits = new Set<Wait>();
  const lists = new Map<string, readonly State[]>();
  // `^` holds on the first row of a key alone.
  for (const isFirst of [true, false]) {
    const begin = automaton.start(isFirst);
    const end = begin.findIndex(({ kind }) => kind === 'match');
    const first = (end < 0 ? begin : begin.slice(0, end)).filter(({ kind }) => kind === 'label');
    // An empty match stands behind what is preferred to it.
    if (end > 0 && first.length > 0) waits.add('longer');
    lists.set(idOf(first), first);
  }
  const exclusive = exclusiveOf(plan);
  const readsEarlier = matcher.conditions.rowOnly.some((rowOnly) => !rowOnly);
  for (const states of lists.values()) {
    if (states.length > LONGEST_LIST) return null;
    const questions = questionsOf(states, matcher.conditions.rowOnly);
    if (questions.length > MOST_QUESTIONS || lists.size > MOST_LISTS) return null;
    for (const holding of combinations(questions, exclusive)) {
      const next = step(automaton, states, holding, waits, readsEarlier);
      if (next.length > 0) lists.set(idOf(next), next);
    }
  }
  return [...waits].sort();
}

/** The states after a row, and what a match that it completes waits for. */
function step(
  automaton: Automaton,
  states: readonly State[],
  holding: readonly Question[],
  waits: Set<Wait>,
  readsEarlier: boolean,
): readonly State[] {
  const holds = (variable: number, at: number) =>
    holding.some((each) => each.variable === variable && (each.thread < 0 || each.thread === at));
  const next = new Map<State, number>();
  let isApart = false;
  for (const [at, { instruction, kind }] of states.entries()) {
    const takes =
      instruction.op === 'label'
        ? holds(instruction.variable, at)
        : instruction.op === 'gap' && instruction.absent.every((variable) => !holds(variable, at));
    if (!takes || kind === 'match_at_end') continue;
    for (const follow of automaton.follow(states[at]!)) {
      if (follow.kind === 'match') {
        // What is left of the thread that completed is its loop, which goes on.
        for (const from of next.values()) waits.add(from === at ? 'longer' : 'preferred');
        return [...next.keys()];
      }
      if (!next.has(follow)) next.set(follow, at);
      else isApart = true;
    }
  }
  // Threads that differ in what they read of earlier rows stay side by side in one state: the less preferred can be first.
  if (isApart && readsEarlier) waits.add('preferred');
  return [...next.keys()];
}

function questionsOf(states: readonly State[], rowOnly: readonly boolean[]): readonly Question[] {
  const questions = new Map<string, Question>();
  for (const [at, { instruction }] of states.entries()) {
    const asked =
      instruction.op === 'label'
        ? [instruction.variable]
        : instruction.op === 'gap'
          ? instruction.absent
          : [];
    for (const variable of asked) {
      const thread = rowOnly[variable] === true ? -1 : at;
      questions.set(`${variable} ${thread}`, { variable, thread });
    }
  }
  return [...questions.values()];
}

/** By variable: those that a row cannot be as well. */
function exclusiveOf({ variables }: MatchPlan): readonly ReadonlySet<number>[] {
  return variables.map(
    (left, i) => new Set(variables.flatMap((right, j) => (areExclusive(left, i, right, j) ? [j] : []))),
  );
}

/** Every set of questions that one row can say yes to. */
function combinations(
  questions: readonly Question[],
  exclusive: readonly ReadonlySet<number>[],
): readonly (readonly Question[])[] {
  let sets: (readonly Question[])[] = [[]];
  for (const question of questions) {
    const { variable } = question;
    sets = sets.flatMap((holding) =>
      holding.some((other) => exclusive[variable]!.has(other.variable))
        ? [holding]
        : [holding, [...holding, question]],
    );
  }
  return sets;
}

function idOf(states: readonly State[]): string {
  return states.map(({ id }) => id).join(' ');
}
