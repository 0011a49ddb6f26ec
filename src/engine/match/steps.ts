import type { Step } from './path.js';

/** So many are looked through one by one: a map costs more to empty on each row than it saves. */
const FEW = 12;

/** The steps made on the row in hand, each once. */
export class Steps {
  readonly #list: Step[] = [];
  #byPath: Map<Step | null, Step[]> | null = null;

  clear(): void {
    if (this.#list.length > 0) this.#list.length = 0;
    this.#byPath = null;
  }

  add(step: Step): void {
    this.#list.push(step);
    if (this.#byPath !== null) this.#enter(this.#byPath, step);
    else if (this.#list.length > FEW) {
      this.#byPath = new Map();
      for (const each of this.#list) this.#enter(this.#byPath, each);
    }
  }

  find(previous: Step | null, variable: number, excluded: boolean): Step | null {
    const list = this.#byPath === null ? this.#list : (this.#byPath.get(previous) ?? []);
    for (let i = 0; i < list.length; i++) {
      const step = list[i]!;
      if (step.previous === previous && step.variable === variable && step.excluded === excluded) return step;
    }
    return null;
  }

  #enter(byPath: Map<Step | null, Step[]>, step: Step): void {
    const list = byPath.get(step.previous);
    if (list === undefined) byPath.set(step.previous, [step]);
    else list.push(step);
  }
}
