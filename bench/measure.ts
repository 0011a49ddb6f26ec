import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Line } from './line.js';
import { printed } from './table.js';

/** What the process tells: what it does now, or a line that is ready. */
type Told = { readonly progress: string } | { readonly line: Line };

/** A million keys and a hundred thousand rules need more than Node takes by itself. */
const NODE_OPTIONS = ['--expose-gc', '--max-old-space-size=12000'];

/** Measures a row in a process of its own, says on standard error how it goes, and gives its lines (`work`: of this work only), or null when it failed, which the process has said why. */
export async function measureRow(
  name: string,
  quick: boolean,
  work: string | null = null,
): Promise<readonly Line[] | null> {
  const script = fileURLToPath(new URL('child.js', import.meta.url));
  const flags = quick ? ['--quick'] : [];
  const args = [...NODE_OPTIONS, script, name, ...flags, ...(work === null ? [] : [work])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Line[] = [];
  createInterface(child.stdout).on('line', (text) => {
    const told = JSON.parse(text) as Told;
    if ('line' in told) lines.push(told.line);
    console.error('line' in told ? `  ${printed(told.line)}` : `  ... ${told.progress}`);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0 ? lines : null;
}
