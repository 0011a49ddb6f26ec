import { count } from './report.js';

/** What `run` counts, and the line it says at the end. */
export class Tally {
  events = 0;
  rows = 0;
  refused = 0;
  late = 0;

  /** Whether something happened that the output does not show. */
  get worthSaying(): boolean {
    return this.refused > 0 || this.late > 0;
  }

  toString(): string {
    const parts = [count(this.events, 'event'), `${count(this.rows, 'row')} out`];
    if (this.refused > 0) parts.push(`${count(this.refused, 'line')} refused`);
    if (this.late > 0) parts.push(`${this.late.toLocaleString('en-US')} late`);
    return parts.join(', ');
  }
}
