import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../src/engine/engine.js';
import type { Row } from '../../src/event/row.js';
import { Subject } from '../../src/event/subject.js';
import { bindRule, bindStream } from '../../src/language/bind.js';
import { parse } from '../../src/language/parser.js';

const [declared] = parse(
  'CREATE STREAM s (k VARCHAR, t VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at)',
).statements;
assert.ok(declared?.kind === 'create_stream');
const { schema } = bindStream(declared);
assert.ok(schema !== null);

/** A rule whose partial matches are a window of rows. */
function engineOf(partition: string): Engine {
  const [statement] = parse(`SELECT FIRST(at) AS since FROM s MATCH_RECOGNIZE (
    ${partition} AFTER MATCH NO SKIP PATTERN (a -> b) WITHIN INTERVAL '1' HOUR
    DEFINE a AS t = 'a', b AS t = 'b')`).statements;
  assert.ok(statement?.kind === 'select');
  const { plan } = bindRule(statement, 'pairs', {
    ...{ streams: [schema!], input: 'stream', destinations: null, parameters: {}, unknownStreams: 'refuse' },
  });
  const engine = new Engine({ mode: 'stream' });
  engine.addRule(plan!);
  return engine;
}

function row(offset: number, k: string, t: string): Row {
  return { stream: 's', offset, time: offset, arrival: offset, values: { k, t, at: offset } };
}

/** Rows of two keys, of which one is erased before what would complete both; the starts of the matches. */
function afterErasing(engine: Engine): number[] {
  engine.append(row(1, 'secret', 'a'));
  engine.append(row(2, 'other', 'a'));
  assert.match(JSON.stringify(engine.snapshot()), /secret/);
  engine.erase(new Subject(schema!, { k: 'secret' }));
  assert.doesNotMatch(JSON.stringify(engine.snapshot()), /secret/);
  engine.append(row(3, 'secret', 'b'));
  engine.append(row(4, 'other', 'b'));
  return engine.take().map((emission) => (emission.kind === 'match' ? emission.match.start.offset : -1));
}

test('NO SKIP: a key that is erased goes, others stay', () => {
  const engine = engineOf('PARTITION BY k');
  assert.deepEqual(afterErasing(engine), [2]);
  assert.equal(engine.counts('pairs')?.dropped, 0);
});

test('NO SKIP: where keys are mixed all partial matches go, and one is counted as dropped', () => {
  const engine = engineOf('');
  assert.deepEqual(afterErasing(engine), []);
  assert.equal(engine.counts('pairs')?.dropped, 1);
});
