import { PriorityQueue } from './queue.js';
import type { RunningRule } from './rule.js';

interface Entry {
  readonly deadline: number;
  readonly rule: RunningRule;
}

/** The deadlines of many rules, earliest first. Each rule keeps its own; here stands the earliest of each, as it was last known. */
export class Deadlines {
  readonly #queue = new PriorityQueue<Entry>((a, b) => a.deadline < b.deadline);

  /** A rule waits for a time, in milliseconds. */
  schedule(rule: RunningRule, deadline: number): void {
    if (deadline >= rule.scheduled) return;
    rule.scheduled = deadline;
    this.#queue.push({ deadline, rule });
  }

  /** The earliest, in milliseconds, or null. */
  next(): number | null {
    for (let entry = this.#queue.peek(); entry !== undefined; entry = this.#queue.peek()) {
      if (this.#isCurrent(entry)) return entry.deadline;
      this.#queue.pop();
    }
    return null;
  }

  /** Takes out the rules whose earliest deadline is this one, in order of registration. They are to be scheduled again. */
  due(deadline: number): readonly RunningRule[] {
    const rules: RunningRule[] = [];
    while (this.next() === deadline) {
      const { rule } = this.#queue.pop()!;
      rule.scheduled = Number.POSITIVE_INFINITY;
      rules.push(rule);
    }
    return rules.sort((a, b) => a.order - b.order);
  }

  /** False for what is out of date: the rule is gone, waits for an earlier time that stands here too, or for a later one, which is entered. */
  #isCurrent({ deadline, rule }: Entry): boolean {
    if (rule.isRemoved || rule.scheduled !== deadline) return false;
    const real = rule.nextDeadline();
    if (real === deadline) return true;
    rule.scheduled = Number.POSITIVE_INFINITY;
    if (real !== null) this.schedule(rule, real);
    return false;
  }
}
