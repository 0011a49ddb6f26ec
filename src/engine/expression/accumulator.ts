import type { Value } from '../../event/value.js';
import type { Faults } from './faults.js';
import type { State } from './plain.js';

/**
 * Running evaluation of one aggregate. A state is plain data and never changed in place: partial matches share it. `faults`
 * counts what could not be added or does not fit; left out, it is passed over silently.
 */
export interface Accumulator {
  readonly initial: State;
  /** NULL is left out, but for ARRAY_AGG; COUNT(*) is given `true`. */
  add(state: State, value: Value, faults?: Faults): State;
  result(state: State, faults?: Faults): Value;
  /** Equal texts for equal states. */
  key(state: State): string;
}
