// Runs the property tests of the engine with many more cases than `npm test` does.
// Usage: node test/properties.mjs [--runs N] [part of a path ...]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '30000' } },
  allowPositionals: true,
});
if (!/^[1-9]\d*$/.test(values.runs)) {
  console.error(`--runs takes a number, not ${values.runs}`);
  process.exit(2);
}
const paths =
  positionals.length > 0
    ? positionals
    : ['engine/match', 'engine/stream', 'engine/routing', 'engine/explain', 'engine/predicate'];
const env = { ...process.env, TOCSIN_PROPERTY_RUNS: values.runs };
const { status } = spawnSync(process.execPath, ['test/run.mjs', ...paths], { stdio: 'inherit', env });
process.exit(status ?? 1);
