import { parseDuration } from '../../event/duration.js';
import type { Option } from '../ast.js';
import { bindLiteral, bindParameter, type Constant } from './constants.js';
import type { Environment } from './environment.js';
import type { Problems } from './problems.js';

/** The options of a WITH list: each name once, each name known, values read by what they must be. */
export class OptionList {
  readonly #options = new Map<string, Option>();

  constructor(
    options: readonly Option[],
    known: readonly string[],
    private readonly environment: Pick<Environment, 'parameters'>,
    private readonly problems: Problems,
  ) {
    for (const option of options) {
      const name = option.name.name.toLowerCase();
      if (!known.includes(name)) {
        const hint = problems.suggest(name, known) ?? `there are ${known.join(', ')}`;
        problems.error('unknown_option', option.name.span, `there is no option ${option.name.name}`, hint);
      } else if (this.#options.has(name)) {
        problems.error('duplicate_option', option.name.span, `the option ${name} stands twice`);
      } else this.#options.set(name, option);
    }
  }

  has(name: string): boolean {
    return this.#options.has(name);
  }

  suggest(name: string, candidates: Iterable<string>): string | null {
    return this.problems.suggest(name, candidates);
  }

  /** Notes that a value cannot be. */
  refuse(name: string, message: string, hint: string | null = null): null {
    const option = this.#options.get(name);
    return this.problems.error('bad_option', option?.value.span ?? { start: 0, end: 0 }, message, hint);
  }

  text(name: string, example: string): string | null {
    const value = this.#value(name);
    if (value === null) return null;
    if (typeof value.value === 'string') return value.value;
    return this.refuse(name, `${name} takes a text`, `write ${name} = '${example}'`);
  }

  /** `'a, b'` as a list without repeats. */
  list(name: string, example: string): readonly string[] {
    const text = this.text(name, example);
    if (text === null) return [];
    const names = text.split(',').map((each) => each.trim());
    if (names.some((each) => each === '')) {
      this.refuse(
        name,
        `${name} is a list of names, and one of them is empty`,
        `write ${name} = '${example}'`,
      );
      return [];
    }
    return [...new Set(names)];
  }

  /** Milliseconds. */
  duration(name: string): number | null {
    const text = this.text(name, '10 SECONDS');
    if (text === null) return null;
    return (
      parseDuration(text) ??
      this.refuse(name, `'${text}' is no length of time`, `write ${name} = '10 SECONDS'`)
    );
  }

  boolean(name: string): boolean | null {
    const value = this.#value(name);
    if (value === null) return null;
    const word = typeof value.value === 'string' ? value.value.toLowerCase() : value.value;
    if (word === true || word === 'true') return true;
    if (word === false || word === 'false') return false;
    return this.refuse(name, `${name} is true or false`);
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | null {
    const text = this.text(name, values[0]!);
    if (text === null) return null;
    const found = values.find((each) => each === text.toLowerCase());
    return (
      found ??
      this.refuse(
        name,
        `${name} cannot be '${text}'`,
        this.suggest(text, values) ?? `it can be ${values.join(', ')}`,
      )
    );
  }

  #value(name: string): Constant | null {
    const value = this.#options.get(name)?.value;
    if (value === undefined) return null;
    return value.kind === 'parameter'
      ? bindParameter(value, this.environment, this.problems)
      : bindLiteral(value, this.problems);
  }
}
