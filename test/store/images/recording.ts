import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Something that happened to the files, in the order of the system calls. */
export type Happening =
  /** A write was begun: from here on it may or may not be on the disk. */
  | { readonly kind: 'write'; readonly write: Write }
  /** A sync ended, or a write that is one: those begun and ended before the sync began are on the disk. */
  | { readonly kind: 'synced'; readonly writes: readonly Write[] }
  /** The mark of the format was put in its place; it is there for certain once the directory was synced. */
  | { readonly kind: 'marked' | 'mark synced' }
  /** The store was opened, an operation begun or acknowledged. */
  | { readonly kind: 'opened' }
  | { readonly kind: 'begun' | 'done'; readonly operation: number };

export interface Write {
  readonly offset: number;
  readonly data: Buffer;
}

export interface Recording {
  readonly happenings: readonly Happening[];
  readonly syncs: number;
}

/** Why nothing can be recorded here and what to do; false when it can. For a test's option `skip`. */
export const withoutStrace: string | false =
  spawnSync('strace', ['-V']).status === 0 ? false : 'there is no strace here: apt-get install strace';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
const CALLS =
  'openat,lseek,pwrite64,pwritev,pwritev2,write,writev,ftruncate,fallocate,fdatasync,fsync,rename';

/**
 * Runs a script of so many rows on a store in `folder`, in a process of its own, with every write and sync of the store's
 * files recorded by strace. Throws when it cannot be recorded, or a call comes that this does not know.
 */
export async function record(folder: string, rows: number, seed: number): Promise<Recording> {
  const trace = join(folder, 'trace');
  const data = join(folder, 'data');
  const paths = [data, join(data, 'data.mdb'), join(data, 'format.new'), join(folder, 'acknowledged')];
  const args = [
    ...['-f', '-qq', '-xx', '-s', '100000000', '-o', trace, '-e', `trace=${CALLS}`],
    ...paths.flatMap((path) => ['-P', path]),
    ...[process.execPath, '--import', 'tsx', CHILD, folder, String(rows), String(seed)],
  ];
  const child = spawn('strace', args, { stdio: ['ignore', 'inherit', 'pipe'] });
  let trouble = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    trouble += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the recorded process ended with ${code}: ${trouble}`);
  const reader = new TraceReader(paths);
  for (const line of (await readFile(trace, 'latin1')).split('\n')) reader.take(line);
  return { happenings: reader.happenings, syncs: reader.syncs };
}

interface OpenFile {
  readonly path: string;
  /** O_DSYNC: each write is a sync of its own. */
  readonly isSynced: boolean;
  position: number;
}

/** A call that has not returned. */
interface Call {
  readonly name: string;
  readonly args: string;
  readonly writes: readonly Write[];
  /** What was ended when it began. */
  readonly ended: readonly Write[];
}

/** strace's lines: `<thread> <call>(<args>) = <result>`, or that in two, `<unfinished ...>` and `<... resumed>`. */
class TraceReader {
  readonly happenings: Happening[] = [];
  syncs = 0;
  readonly #data: string;
  readonly #mark: string;
  readonly #directory: string;
  readonly #acknowledged: string;
  readonly #files = new Map<number, OpenFile>();
  readonly #calls = new Map<string, Call>();
  /** Writes that have ended since the last sync. */
  #ended: Write[] = [];

  constructor([directory = '', data = '', mark = '', acknowledged = '']: readonly string[]) {
    this.#directory = directory;
    this.#data = data;
    this.#mark = mark;
    this.#acknowledged = acknowledged;
  }

  take(line: string): void {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>.*\) += (-?\d+)/.exec(rest);
    if (resumed !== null) {
      const call = this.#calls.get(thread);
      if (call === undefined) throw new Error(`a call is resumed that was not begun: ${brief(line)}`);
      this.#calls.delete(thread);
      this.#end(call, Number(resumed[1]));
      return;
    }
    const begun = /^(\w+)\((.*)( <unfinished \.\.\.>|\) += (-?\d+).*)$/.exec(rest);
    if (begun === null) return;
    const [, name = '', args = '', , result] = begun;
    const call = this.#begin(name, args);
    if (result === undefined) this.#calls.set(thread, call);
    else this.#end(call, Number(result));
  }

  #begin(name: string, args: string): Call {
    const file = this.#fileOf(args);
    const isData = file?.path === this.#data;
    if (isData && ['ftruncate', 'fallocate', 'pwritev2'].includes(name)) {
      throw new Error(`a call that is not understood: ${name}(${brief(args)})`);
    }
    const writes = isData && /write/.test(name) ? writesOf(name, args, file) : [];
    for (const write of writes) this.happenings.push({ kind: 'write', write });
    return { name, args, writes, ended: [...this.#ended] };
  }

  #end({ name, args, writes, ended }: Call, result: number): void {
    if (result < 0) return;
    if (name === 'openat') {
      const path = textOf(args);
      this.#files.set(result, { path, isSynced: /O_D?SYNC/.test(args), position: 0 });
      return;
    }
    if (name === 'rename') {
      if (textOf(args) === this.#mark) this.happenings.push({ kind: 'marked' });
      return;
    }
    const file = this.#fileOf(args);
    if (file === null) return;
    if (name === 'lseek') file.position = result;
    else if (file.path === this.#acknowledged) this.#acknowledge(textOf(args));
    else if (name === 'fsync' && file.path === this.#directory) this.happenings.push({ kind: 'mark synced' });
    else if (file.path === this.#data) this.#endData(name, file, writes, ended, result);
  }

  #endData(
    name: string,
    file: OpenFile,
    writes: readonly Write[],
    ended: readonly Write[],
    result: number,
  ): void {
    if (name === 'fdatasync' || name === 'fsync') {
      this.#synced(ended);
      return;
    }
    const size = writes.reduce((sum, { data }) => sum + data.length, 0);
    if (size !== result) throw new Error(`a write of ${size} bytes wrote ${result}`);
    if (name === 'write' || name === 'writev') file.position += result;
    if (file.isSynced) this.#synced(writes);
    else this.#ended.push(...writes);
  }

  #synced(writes: readonly Write[]): void {
    const synced = new Set(writes);
    this.#ended = this.#ended.filter((write) => !synced.has(write));
    this.syncs++;
    this.happenings.push({ kind: 'synced', writes });
  }

  #acknowledge(line: string): void {
    const [what = '', number] = line.trim().split(' ');
    if (what === 'opened') this.happenings.push({ kind: 'opened' });
    if (what === 'begun' || what === 'done') {
      this.happenings.push({ kind: what, operation: Number(number) });
    }
  }

  #fileOf(args: string): OpenFile | null {
    const [, descriptor] = /^(\d+)/.exec(args) ?? [];
    return descriptor === undefined ? null : (this.#files.get(Number(descriptor)) ?? null);
  }
}

function writesOf(name: string, args: string, file: OpenFile): Write[] {
  let offset = name.startsWith('p') ? Number(/, (\d+)$/.exec(args)?.[1]) : file.position;
  if (!Number.isSafeInteger(offset)) throw new Error(`a write to nowhere: ${name}(…${args.slice(-50)})`);
  return [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text = '']) => {
    const write = { offset, data: bytesOf(text) };
    offset += write.data.length;
    return write;
  });
}

/** The first text among the arguments. */
function textOf(args: string): string {
  return bytesOf(/"((?:\\x[0-9a-f]{2})*)"/.exec(args)?.[1] ?? '').toString();
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}

function brief(text: string): string {
  return text.slice(0, 200);
}
