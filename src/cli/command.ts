import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from './nearest.js';
import { type Terminal, UsageError } from './terminal.js';

/** One command of the table in `commands.ts`. */
export interface Command {
  /** The whole text of `tocsin NAME --help`, ending in a newline. */
  readonly help: string;
  /** Runs with the arguments behind the command's name; gives the exit code. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads a command's arguments in GNU style.
 * @throws UsageError naming the option that is unknown, lacks its value or takes none
 */
export function readArguments<const T extends Options>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(explain(error as Error & { code?: string }, Object.keys(options)));
  }
}

function explain(error: Error & { code?: string }, names: readonly string[]): string {
  const unknown = /Unknown option '(-[^']*)'/.exec(error.message)?.[1];
  if (unknown) {
    const near = nearest(unknown.replace(/^-+/, ''), names);
    return `unknown option '${unknown}'${near ? `; did you mean '--${near}'?` : ''}`;
  }
  const lacking = /Option '([^']*?)(?: <value>)?' argument (missing|is ambiguous)/.exec(error.message)?.[1];
  if (lacking) return `option '${lacking.replace(/^-\w, /, '')}' needs a value`;
  const surplus = /Option '(?:-\w, )?([^']*)' does not take an argument/.exec(error.message)?.[1];
  if (surplus) return `option '${surplus}' takes no value`;
  return error.message;
}
