// npm run hostile -- [--texts 100000] [--seed 1]
// Rule texts that nobody would write, each answered.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { bindRule, bindStream } from '../../src/language/bind.js';
import { parse } from '../../src/language/parser.js';
import { printStatement } from '../../src/language/print.js';
import { STREAMS } from '../language/bind/marked.js';
import { statement } from '../support/arbitrary_ast.js';
import { mutatedText, runPlan, tokenSoup } from './texts.js';

const { values } = parseArgs({
  options: {
    texts: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const [texts, seed] = [values.texts, values.seed].map(Number) as [number, number];
const { gc } = globalThis;
assert.ok(gc, 'run it with --expose-gc');

const text = fc.oneof(
  { weight: 2, arbitrary: mutatedText },
  { weight: 1, arbitrary: tokenSoup },
  { weight: 1, arbitrary: statement.map(printStatement) },
);

/** Says whether it was a rule. Throws what the language throws: it should not. */
function answer(each: string): boolean {
  const { statements } = parse(each);
  let isRule = false;
  for (const parsed of statements) {
    if (parsed.kind === 'create_stream') {
      bindStream(parsed);
      continue;
    }
    const { plan } = bindRule(parsed, 'r', {
      ...{ streams: STREAMS, input: 'stream', destinations: null, parameters: {}, unknownStreams: 'create' },
    });
    if (plan === null) continue;
    isRule = true;
    runPlan(plan, 'stream');
  }
  return isRule;
}

const used = (): number => {
  gc?.();
  return process.memoryUsage().heapUsed;
};

const PIECE = 1_000;
answer('SELECT card FROM payments');
const before = used();
let after = before;
let rules = 0;
let slowest = { took: 0, text: '' };
for (let done = 0; done < texts; done += PIECE) {
  for (const each of fc.sample(text, { numRuns: Math.min(PIECE, texts - done), seed: seed + done })) {
    const begin = performance.now();
    if (answer(each)) rules++;
    const took = performance.now() - begin;
    if (took > slowest.took) slowest = { took, text: each };
  }
  after = Math.max(after, used());
}
const up = (after - before) / 1e6;
console.log(`the slowest text: ${slowest.text.slice(0, 500)}`);
assert.ok(up < 100, `memory is up by ${up.toFixed(0)} MB`);

console.log(
  `hostile: ${texts} texts of seed ${seed}, each answered (${rules} were rules), the slowest in ${slowest.took.toFixed(0)} ms, ` +
    `memory up ${up.toFixed(0)} MB`,
);
