import type { MatchPlan, PatternPlan } from '../../language/plan.js';
import { Automaton, type State } from '../match/automaton.js';
import { rowsNeeded } from '../match/distance.js';
import { compileProgram } from '../match/program.js';
import { partOf, quantifierOf } from './pattern.js';
import { nameOf } from './sql.js';

/** A place where a partial match stands and waits for its next row. */
export interface ChartState {
  readonly id: string;
  /** As of the automaton's states. */
  readonly kind: State['kind'];
  /** The variable that the next row has to be; null where any row will do, or none. */
  readonly variable: string | null;
  readonly excluded: boolean;
  /** What the next row may not be. */
  readonly absent: readonly string[];
  /** How many rows a match takes from here, at least. */
  readonly needs: number;
  /** Where it goes on, in order of preference; a state that is not drawn is left out. */
  readonly next: readonly string[];
}

/** The automaton of a pattern, small enough to look at. */
export interface Chart {
  /** Where a match begins, in order of preference. */
  readonly starts: readonly { readonly state: string; readonly onlyFirstRow: boolean }[];
  readonly states: readonly ChartState[];
  /** What is drawn otherwise than it runs, and why. */
  readonly notes: readonly string[];
  /** Instructions of the program that runs. */
  readonly instructions: number;
}

/** Patterns up to so many instructions are drawn as they run. */
const MOST_INSTRUCTIONS = 60;
/** Of others a loop of more copies is drawn as one. */
const MOST_COPIES = 3;
const MOST_STATES = 40;

/** The same for a state wherever it is shown, as long as the pattern is drawn as it runs. */
export function stateId({ pc, slots, kind }: State): string {
  const choices = slots.some((slot) => slot > 0) ? `_${slots.join('_')}` : '';
  return `s${pc}${choices}${kind === 'match_at_end' ? 'e' : ''}`;
}

/** `program`: what runs. */
export function chartOf(plan: MatchPlan, automaton: Automaton): Chart {
  const names = plan.variables.map(({ name }) => nameOf(name));
  const instructions = automaton.program.instructions.length;
  const notes: string[] = [];
  if (instructions <= MOST_INSTRUCTIONS) return { ...draw(automaton, names, notes), notes, instructions };
  const folded = new Set<string>();
  const small = fold(plan.pattern, names, folded);
  notes.push(...folded);
  const drawn = new Automaton(compileProgram(small, plan.absentAfter));
  return { ...draw(drawn, names, notes), notes, instructions };
}

/** The pattern with its large loops as loops of one copy; what is folded is noted. */
function fold(pattern: PatternPlan, names: readonly string[], notes: Set<string>): PatternPlan {
  switch (pattern.kind) {
    case 'concatenation':
    case 'permute':
      return { ...pattern, elements: pattern.elements.map((each) => fold(each, names, notes)) };
    case 'alternation':
      return { ...pattern, branches: pattern.branches.map((each) => fold(each, names, notes)) };
    case 'exclusion':
      return { ...pattern, body: fold(pattern.body, names, notes) };
    case 'quantified': {
      const body = fold(pattern.body, names, notes);
      const { min, max, greedy } = pattern;
      if ((max ?? min) <= MOST_COPIES) return { ...pattern, body };
      const part = partOf(pattern.body, names, 3);
      notes.add(
        `${part.length > 60 ? '(...)' : part}${quantifierOf(pattern)} is drawn as a loop; it goes round ${times(min, max)}`,
      );
      return { kind: 'quantified', body, min: Math.min(min, 1), max: null, greedy };
    }
    default:
      return pattern;
  }
}

function times(min: number, max: number | null): string {
  if (max === null) return `${min} times or more`;
  return min === max ? `${min} times` : `${min} to ${max} times`;
}

function draw(
  automaton: Automaton,
  names: readonly string[],
  notes: string[],
): Pick<Chart, 'starts' | 'states'> {
  const elsewhere = automaton.start(false);
  const beginnings = automaton.start(true);
  const needed = rowsNeeded(automaton.program);
  const drawn = new Set(beginnings.slice(0, MOST_STATES));
  for (const state of drawn) {
    for (const next of followers(automaton, state)) if (drawn.size < MOST_STATES) drawn.add(next);
  }
  const isCut = [...beginnings, ...[...drawn].flatMap((state) => followers(automaton, state))].some(
    (state) => !drawn.has(state),
  );
  if (isCut) notes.push(`the first ${MOST_STATES} states are drawn, there are more`);
  return {
    starts: beginnings
      .filter((state) => drawn.has(state))
      .map((state) => ({ state: stateId(state), onlyFirstRow: !elsewhere.includes(state) })),
    states: [...drawn].map((state): ChartState => {
      const { kind, instruction, pc } = state;
      const absent = instruction.op === 'gap' || instruction.op === 'wait' ? instruction.absent : [];
      return {
        id: stateId(state),
        kind,
        variable: instruction.op === 'label' ? (names[instruction.variable] ?? null) : null,
        excluded: instruction.op === 'label' && instruction.excluded,
        absent: absent.map((variable) => names[variable] ?? '?'),
        needs: needed[pc] ?? 0,
        next: followers(automaton, state)
          .filter((each) => drawn.has(each))
          .map(stateId),
      };
    }),
  };
}

function followers(automaton: Automaton, state: State): readonly State[] {
  return state.kind === 'match' || state.kind === 'match_at_end' ? [] : automaton.follow(state);
}
