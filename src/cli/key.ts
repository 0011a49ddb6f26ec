import type { Stats } from 'node:fs';
import { chmod, chown, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { formatTimestamp, parseTimestamp } from '../event/timestamp.js';
import { hashOf, isKeyName, type KeyEntry, newKey, readKeys } from '../http/key.js';
import { isScope, SCOPE_NAMES, SCOPES, type Scope } from '../http/scope.js';
import { type Command, readArguments } from './command.js';
import { reason } from './rule-files.js';
import { EXIT, Failure, UsageError } from './terminal.js';

const OPTIONS = {
  scope: { type: 'string' },
  expires: { type: 'string' },
  file: { type: 'string' },
} as const;

/** `tocsin key`: makes a key, shows it once, and writes down what the server must know of it. */
export const key: Command = {
  help: `Makes a key that lets a program into a server, and prints it: it is kept nowhere, and not shown again.

Usage: tocsin key NAME --scope SCOPE,... [OPTION]...

NAME is who uses the key: the server writes it into rules' histories and its log. With a file the key's entry is added to
it, and a server that runs with that file takes the key within a second or two; without one the entry is printed behind
the key, to be put into the list in such a file.

Scopes:
${SCOPE_NAMES.map((scope) => `  ${scope.padEnd(14)}${SCOPES[scope]}`).join('\n')}

Options:
      --scope SCOPE,...  what the key is for
      --expires TIME     from when on it is refused, ISO 8601 (default never)
      --file FILE        the file of keys; made when it is not there (TOCSIN_KEYS_FILE)
  -h, --help             this text

A key is taken back by removing its entry from the file. The file holds SHA-256 hashes only, but whoever can write it can
let anybody in.

Exit codes: 0 made, 2 wrong usage, 3 the file cannot be read or written.
`,
  async run(args, terminal) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const made = newKey();
    const entry = entryOf(made, positionals, values.scope, values.expires);
    const file = values.file ?? terminal.env['TOCSIN_KEYS_FILE'] ?? '';
    if (values.file === '') throw new UsageError("option '--file' needs a value");
    if (file !== '') await add(entry, file);
    terminal.stdout.write(`${made}\n${file === '' ? `${JSON.stringify(entry)}\n` : ''}`);
    return EXIT.ok;
  },
};

function entryOf(
  made: string,
  names: readonly string[],
  scope: string | undefined,
  expires: string | undefined,
): KeyEntry {
  const [name, more] = names;
  if (name === undefined) throw new UsageError('name who uses the key');
  if (more !== undefined) throw new UsageError(`'${more}' is not understood: one key has one name`);
  if (!isKeyName(name)) {
    throw new UsageError(`'${name}' cannot name a key: 1 to 64 letters, digits, '_', '-', '.' or '@'`);
  }
  const time = expires === undefined ? null : parseTimestamp(expires);
  if (expires !== undefined && time === null) {
    throw new UsageError(`--expires ${expires}: write it as ISO 8601, for instance 2027-11-23T00:00:00Z`);
  }
  return {
    name,
    scopes: scopesOf(scope),
    sha256: hashOf(made).toString('hex'),
    ...(time === null ? {} : { expires: formatTimestamp(time) }),
  };
}

function scopesOf(text: string | undefined): readonly Scope[] {
  if (text === undefined) throw new UsageError(`say what the key is for: --scope ${SCOPE_NAMES.join(',')}`);
  const scopes = text.split(',').map((each) => each.trim());
  const known = scopes.filter(isScope);
  const strange = scopes.find((each) => !isScope(each));
  if (strange !== undefined) {
    throw new UsageError(`--scope '${strange}': there are ${SCOPE_NAMES.join(', ')}`);
  }
  return [...new Set(known)];
}

/** Adds an entry in one step: a server that reads the file meanwhile sees the old one or the new one. */
async function add(entry: KeyEntry, file: string): Promise<void> {
  try {
    const held = await holdingOf(file);
    const after = `[\n${[...held.entries, entry].map((each) => `  ${JSON.stringify(each)}`).join(',\n')}\n]\n`;
    readKeys(after);
    const draft = `${held.path}.${process.pid}.new`;
    try {
      await writeFile(draft, after, { mode: 0o600, flag: 'wx' });
      if (held.stats !== null) await keepOwner(draft, held.stats);
      await rename(draft, held.path);
    } finally {
      await rm(draft, { force: true });
    }
  } catch (error) {
    throw new Failure(`${file}: ${reason(error)}; no key was made`);
  }
}

/** The file that is there, links followed; none is an empty list. */
async function holdingOf(
  file: string,
): Promise<{ path: string; entries: readonly KeyEntry[]; stats: Stats | null }> {
  try {
    const path = await realpath(file);
    const text = await readFile(path, 'utf8');
    readKeys(text);
    return { path, entries: JSON.parse(text) as KeyEntry[], stats: await stat(path) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { path: file, entries: [], stats: null };
  }
}

/** Whoever could read the file before can read it after: the server often is another user. */
async function keepOwner(draft: string, { mode, uid, gid }: Stats): Promise<void> {
  await chmod(draft, mode & 0o777);
  if (process.getuid?.() === 0) await chown(draft, uid, gid);
}
