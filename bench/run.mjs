// Runs the bench in plain Node: its TypeScript is typed against src/ and runs against the built dist/, whose hot functions
// are then the ones that ship. (Through tsx each closure would be wrapped once more.)
// Usage: node bench/run.mjs [peers] [--quick] [row ...]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const bench = fileURLToPath(new URL('.', import.meta.url));
const dist = join(bench, '../dist');
const built = join(dist, 'bench');
if (!existsSync(join(dist, 'cli/tocsin.js'))) {
  console.error('dist/ is missing: npm run build');
  process.exit(1);
}

rmSync(built, { recursive: true, force: true });
const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};
for (const name of readdirSync(bench, { recursive: true }).filter((each) => each.endsWith('.ts'))) {
  const { outputText } = ts.transpileModule(readFileSync(join(bench, name), 'utf8'), { compilerOptions });
  const target = join(built, name.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  // bench/ stands beside src/, dist/bench/ inside of dist/.
  writeFileSync(target, outputText.replaceAll(/(from '(?:\.\.\/)+)src\//g, '$1'));
}

const [first, ...rest] = process.argv.slice(2);
const [main, args] = first === 'peers' ? ['peers/main.js', rest] : ['main.js', process.argv.slice(2)];
const { status } = spawnSync(process.execPath, [join(built, main), ...args], { stdio: 'inherit' });
// It is no part of what ships.
rmSync(built, { recursive: true, force: true });
process.exit(status ?? 1);
