import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DiskStore } from '../../../src/store/disk/store.js';
import { digestOf, scriptOf } from '../images/script.js';

export interface DamageOptions {
  readonly damages: number;
  readonly seed: number;
  readonly onProgress?: (text: string) => void;
}

export interface DamageReport {
  /** How often the answers were those of the data, it was reported at the start or at a read, and what else came. */
  readonly same: number;
  readonly atStart: number;
  readonly atRead: number;
  /** Other answers, unclear errors, and ends of the process. */
  readonly wrong: readonly string[];
  /** Reports as they were worded, each once. */
  readonly messages: readonly string[];
  readonly line: string;
}

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** Damages a store's file so many times and looks what it says. */
export async function runDamages({
  damages,
  seed,
  onProgress = () => {},
}: DamageOptions): Promise<DamageReport> {
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-damage-'));
  try {
    const expected = await makeStore(folder, seed);
    const wrong: string[] = [];
    const messages = new Set<string>();
    let [same, atStart, atRead, next] = [0, 0, 0, 0];
    const note = (how: string, what: string): void => {
      const [stage = '', ...rest] = what.split(' ');
      if (stage === 'same') same++;
      else if (stage === 'start') atStart++;
      else if (stage === 'read') atRead++;
      else wrong.push(`${how}: ${what}`);
      if (stage === 'start' || stage === 'read') messages.add(rest.join(' ').replaceAll(/\d+/g, '#'));
    };
    while (next < damages) {
      const lines: string[] = [];
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', CHILD, folder, String(next), String(damages), String(seed), expected],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let trouble = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        trouble += text;
      });
      createInterface(child.stdout).on('line', (line) => lines.push(line));
      const [code, signal] = await once(child, 'close');
      for (let at = 0; at + 1 < lines.length; at += 2) note(lines[at] ?? '', lines[at + 1] ?? '');
      next += Math.floor(lines.length / 2);
      if (lines.length % 2 === 1) {
        wrong.push(`${lines.at(-1)}: the process ended with ${signal ?? code}: ${trouble.slice(0, 200)}`);
        next++;
      } else if (next < damages) throw new Error(`the child ended with ${signal ?? code}: ${trouble}`);
      onProgress(`${next} damages, ${wrong.length} wrong`);
    }
    const line = [
      `damage: ${damages} damages, ${atStart} reported at the start, ${atRead} at a read, ${same} without effect`,
      `${wrong.length} read as data or ended without a word`,
      `seed ${seed}, ${Math.round((performance.now() - began) / 1_000)} s`,
    ].join('; ');
    return { same, atStart, atRead, wrong, messages: [...messages].sort(), line };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A store with something of everything; gives what it answers. Its file is left in `folder`, without the room ahead. */
async function makeStore(folder: string, seed: number): Promise<string> {
  const directory = join(folder, 'whole');
  const store = await DiskStore.open(directory);
  for (const operation of scriptOf(60, seed).flat()) await operation(store);
  const expected = await digestOf(store);
  await store.close();
  const file = await readFile(join(directory, 'data.mdb'));
  let end = file.length;
  while (end > 0 && file[end - 1] === 0) end--;
  await writeFile(join(folder, 'data.mdb'), file.subarray(0, Math.ceil(end / 4_096) * 4_096));
  return expected;
}
