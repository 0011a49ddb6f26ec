import type { Command } from './command.js';
import { nearest } from './nearest.js';
import { EXIT, Failure, PipeClosed, type Terminal, UsageError } from './terminal.js';
import { version } from './version.js';

interface Entry {
  readonly name: string;
  readonly summary: string;
  /** Loaded when it is called: a filter must not wait for the server's modules. */
  load(): Promise<Command>;
}

/** Every command, in the order of `tocsin --help`. */
const COMMANDS: readonly Entry[] = [
  {
    name: 'serve',
    summary: 'the server: rules and events over REST, alerts as webhooks',
    load: async () => (await import('./serve.js')).serve,
  },
  {
    name: 'key',
    summary: 'a key that lets a program into the server',
    load: async () => (await import('./key.js')).key,
  },
  {
    name: 'run',
    summary: 'events in, matches out: rules over a file or standard input, without a server',
    load: async () => (await import('./run.js')).run,
  },
  {
    name: 'check',
    summary: 'every problem in rule files, with its place',
    load: async () => (await import('./check.js')).check,
  },
  {
    name: 'explain',
    summary: 'how a rule runs: conditions, index, automaton, what is kept, when a match is out',
    load: async () => (await import('./explain.js')).explain,
  },
  {
    name: 'rules',
    summary: "a server's rules: list, get, put, delete, pause, resume, versions, validate, backtest",
    load: async () => (await import('./client/rules.js')).rules,
  },
  {
    name: 'streams',
    summary: "a server's streams: list, get, put, delete, post, watermark, events, erase, erasures",
    load: async () => (await import('./client/streams.js')).streams,
  },
  {
    name: 'alerts',
    summary: "a server's alerts: list, get, follow",
    load: async () => (await import('./client/alerts.js')).alerts,
  },
  {
    name: 'deliveries',
    summary: "a server's deliveries: list, retry",
    load: async () => (await import('./client/deliveries.js')).deliveries,
  },
  {
    name: 'destinations',
    summary: "a server's destinations: list, get, put, delete, test",
    load: async () => (await import('./client/destinations.js')).destinations,
  },
  {
    name: 'backup',
    summary: "a copy of a server's data while it runs, to start another one on",
    load: async () => (await import('./client/backup.js')).backup,
  },
];

const HELP = `Tocsin watches streams of events for patterns, written in SQL.

Usage: tocsin COMMAND [OPTION]... [ARGUMENT]...

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`).join('\n')}

Options:
  -h, --help     this text; 'tocsin COMMAND --help' for a command's own
  -V, --version  the version

Exit codes: 0 fine, 1 the answer is no, 2 wrong usage, 3 failure.
`;

/** The command line: gives the exit code and never throws. `args` are those behind the program's name. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  try {
    return await dispatch(name, rest, terminal);
  } catch (error) {
    if (error instanceof PipeClosed || isPipeClosed(error)) return EXIT.ok;
    const who = COMMANDS.some((entry) => entry.name === name) ? `tocsin ${name}` : 'tocsin';
    if (error instanceof UsageError) {
      terminal.stderr.write(`${who}: ${error.message}\nTry '${who} --help'.\n`);
      return EXIT.usage;
    }
    if (error instanceof Failure) terminal.stderr.write(`${who}: ${error.message}\n`);
    else
      terminal.stderr.write(
        `${who}: internal error: ${error instanceof Error ? error.stack : String(error)}\n`,
      );
    return EXIT.failure;
  }
}

async function dispatch(
  name: string | undefined,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  if (name === undefined) {
    terminal.stderr.write(HELP);
    return EXIT.usage;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && args.length === 0)) {
    terminal.stdout.write(HELP);
    return EXIT.ok;
  }
  if (name === '--version' || name === '-V') {
    terminal.stdout.write(`tocsin ${version()}\n`);
    return EXIT.ok;
  }
  if (name === 'help') return dispatch(args[0], ['--help'], terminal);
  const entry = COMMANDS.find((candidate) => candidate.name === name);
  if (!entry) throw new UsageError(unknown(name));
  const command = await entry.load();
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  if (options.includes('--help') || options.includes('-h')) {
    terminal.stdout.write(command.help);
    return EXIT.ok;
  }
  return command.run(args, terminal);
}

function unknown(name: string): string {
  if (name.startsWith('-')) return `unknown option '${name}'`;
  const near = nearest(
    name,
    COMMANDS.map((entry) => entry.name),
  );
  return `unknown command '${name}'${near ? `; did you mean '${near}'?` : ''}`;
}

function isPipeClosed(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}
