import type { ParseArgsConfig } from 'node:util';
import { type Command, readArguments } from '../command.js';
import { nearest } from '../nearest.js';
import { hasColor, type Terminal, UsageError } from '../terminal.js';
import { Connection } from './connection.js';
import { Listing } from './listing.js';
import { ProblemAnswer, renderAnswer } from './problem.js';

/** What an action works with. */
export interface Call {
  readonly connection: Connection;
  /** What stands behind the action's name, as many as it takes. */
  readonly names: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
  readonly listing: Listing;
  readonly terminal: Terminal;
  /** Whether what is said on standard error may be coloured. */
  readonly color: boolean;
  /** Says something on standard error, behind the command's name. */
  say(text: string): void;
}

export interface Action {
  readonly name: string;
  /** What stands behind the name: `NAME`, `FILE...`, `NAME [FILE]`. */
  readonly takes: string;
  readonly summary: string;
  /** Of the group's options, those that it has. */
  readonly options?: readonly string[];
  /** Gives the exit code. */
  run(call: Call): Promise<number>;
}

export interface Option {
  /** What it takes, for the help: `N`; none is a flag. */
  readonly value?: string;
  readonly help: string;
}

/** One part of the REST API from the shell: `tocsin rules list`. */
export interface Group {
  readonly name: string;
  readonly summary: string;
  readonly actions: readonly Action[];
  readonly options: Readonly<Record<string, Option>>;
  /** What else there is to say, in lines. */
  readonly notes?: string;
}

const COMMON: Readonly<Record<string, Option>> = {
  json: { help: 'one JSON object a line; so it is anyway where standard output is no terminal' },
  server: { value: 'URL', help: 'the server (TOCSIN_SERVER; default http://127.0.0.1:8080)' },
  key: { value: 'KEY', help: 'the key to it (TOCSIN_KEY, where others cannot see it)' },
};

const EXITS = `Exit codes: 0 fine, 1 the server says no (a rule that is invalid, a name that there is not, an event that does not
fit), 2 wrong usage, 3 failure (no server, no permission, no room).
`;

/** Makes a command of a group. */
export function groupCommand(group: Group): Command {
  return {
    help: helpOf(group),
    async run(args, terminal) {
      const say = (text: string): void => {
        terminal.stderr.write(`tocsin ${group.name}: ${text.endsWith('\n') ? text : `${text}\n`}`);
      };
      const { action, names, options, flags } = read(group, args);
      const connection = new Connection(given(options), terminal.env);
      const listing = new Listing(terminal, flags.has('json'));
      const color = hasColor(terminal.stderr, terminal.env);
      try {
        return await action.run({ connection, names, options, flags, listing, terminal, color, say });
      } catch (error) {
        if (!(error instanceof ProblemAnswer)) throw error;
        say(renderAnswer(error));
        return error.exitCode;
      }
    },
  };
}

function given({ server, key }: Readonly<Record<string, string | undefined>>) {
  return { ...(server === undefined ? {} : { server }), ...(key === undefined ? {} : { key }) };
}

function read(group: Group, args: readonly string[]) {
  const known = { ...group.options, ...COMMON };
  const { values, positionals } = readArguments(args, parseOptions(known));
  const [called, ...names] = positionals;
  const action = actionOf(group, called);
  const options: Record<string, string | undefined> = {};
  const flags = new Set<string>();
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(COMMON, name) && !action.options?.includes(name)) {
      throw new UsageError(`--${name} is not for '${group.name} ${action.name}'`);
    }
    if (value === true) flags.add(name);
    else if (value === '') throw new UsageError(`option '--${name}' needs a value`);
    else if (typeof value === 'string') options[name] = value;
  }
  checkNames(group, action, names);
  return { action, names, options, flags };
}

function parseOptions(options: Readonly<Record<string, Option>>): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
}

function actionOf({ name, actions }: Group, called: string | undefined): Action {
  const found = actions.find((action) => action.name === called);
  if (found !== undefined) return found;
  const all = actions.map((action) => action.name);
  if (called === undefined) throw new UsageError(`say what to do: ${all.join(', ')}`);
  const near = nearest(called, all);
  throw new UsageError(
    `'${name} ${called}' is not understood${near === null ? '' : `; did you mean '${name} ${near}'?`}`,
  );
}

/** As many as `takes` says: each word is one, `[WORD]` may be missing, `WORD...` stands for one or more. */
function checkNames({ name: group }: Group, { name, takes }: Action, names: readonly string[]): void {
  const words = takes === '' ? [] : takes.split(' ');
  const least = words.filter((word) => !word.startsWith('[')).length;
  const most = words.some((word) => word.endsWith('...')) ? Number.POSITIVE_INFINITY : words.length;
  if (names.length >= least && names.length <= most && !names.includes('')) return;
  throw new UsageError(`write it as 'tocsin ${group} ${name}${takes === '' ? '' : ` ${takes}`}'`);
}

function helpOf({ name, summary, actions, options, notes }: Group): string {
  const calls = actions.map((action) => [`${action.name} ${action.takes}`.trimEnd(), action] as const);
  const widest = Math.max(...calls.map(([call]) => call.length)) + 2;
  const shown = { ...options, ...COMMON };
  const heads = Object.entries(shown).map(
    ([option, { value, help }]) => [`--${option}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  const wide = Math.max(...heads.map(([head]) => head.length)) + 2;
  return `${summary}

Usage: tocsin ${name} ACTION [ARGUMENT]... [OPTION]...

Actions:
${calls.map(([call, action]) => `  ${call.padEnd(widest)}${action.summary}`).join('\n')}

Options:
${heads.map(([head, help]) => `      ${head.padEnd(wide)}${help}`).join('\n')}
  -h, --help${' '.repeat(Math.max(2, wide - 6))}this text
${notes === undefined ? '' : `\n${notes}\n`}
${EXITS}`;
}
