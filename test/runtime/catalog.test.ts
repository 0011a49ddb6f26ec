import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuntimeError } from '../../src/runtime/error.js';
import { MemoryStore } from '../../src/store/memory.js';
import { at, PAYMENTS, Scene, TESTING } from './scene.js';

const open = () => Scene.open(new MemoryStore());

test('a stream is made, stays as it is when it is put again, and grows by nullable columns', async () => {
  const scene = await open();
  const { catalog } = scene.tocsin;
  const made = await catalog.putStream('payments', { query: PAYMENTS });
  assert.deepEqual([made.created, made.changed, made.stream.version], [true, true, 1]);
  assert.match(made.stream.query ?? '', /^CREATE STREAM payments/);
  const again = await catalog.putStream('PAYMENTS', { query: PAYMENTS.toLowerCase() });
  assert.deepEqual([again.created, again.stream.name], [false, 'payments']);
  const more = PAYMENTS.replace('id VARCHAR,', 'id VARCHAR, country VARCHAR,');
  const grown = await catalog.putStream('payments', { query: more });
  assert.deepEqual([grown.changed, grown.stream.version], [true, 2]);
  for (const worse of [
    more.replace("key = 'card'", "key = 'country'"),
    more.replace('amount DOUBLE', 'amount BIGINT'),
    more.replace('country VARCHAR,', ''),
    more.replace('country VARCHAR,', 'country VARCHAR, extra VARCHAR NOT NULL,'),
  ]) {
    await assert.rejects(
      catalog.putStream('payments', { query: worse }),
      { code: 'incompatible_change' },
      worse,
    );
  }
  await scene.tocsin.close();
});

test('a stream that rules read is not deleted; one without readers is, and begins anew', async () => {
  const scene = await open();
  const { catalog } = scene.tocsin;
  await catalog.putStream('payments', { query: PAYMENTS });
  await catalog.putRule('testing', { query: TESTING });
  await assert.rejects(catalog.deleteStream('payments'), (error: unknown) => {
    assert.ok(error instanceof RuntimeError);
    assert.equal(error.code, 'stream_in_use');
    assert.deepEqual(error.detail.names, ['testing']);
    return true;
  });
  await scene.post({ card: 'a', amount: 1, at: at(60) });
  await scene.settled();
  await catalog.deleteRule('testing');
  await catalog.deleteStream('payments');
  assert.equal(catalog.stream('payments'), null);
  await catalog.putStream('payments', { query: PAYMENTS });
  assert.equal(catalog.stream('payments')?.watermark, null, 'nothing is known of the new one');
  await scene.tocsin.close();
});

test('a rule or a post makes an unknown stream; a setting refuses', async () => {
  const scene = await open();
  const { catalog, ingest } = scene.tocsin;
  const { rule } = await catalog.putRule('errors', { query: `SELECT level FROM logs WHERE level = 'error'` });
  assert.deepEqual(rule.streams, ['logs']);
  assert.ok(rule.warnings.length > 0);
  assert.equal(catalog.stream('logs')?.declared, false);
  const posted = await ingest.post('visits', [{ json: { page: '/' } }]);
  assert.equal(posted.created, true);
  await assert.rejects(catalog.putStream('logs', { query: 'CREATE STREAM logs (level VARCHAR)' }), {
    code: 'stream_in_use',
  });
  assert.equal(
    (await catalog.putStream('visits', { query: 'CREATE STREAM visits (page VARCHAR)' })).stream.declared,
    true,
  );
  await ingest.post('logs', [{ json: { level: 'error' } }, { json: { level: 'info' } }]);
  const [alert, second] = await scene.alerts();
  assert.deepEqual([alert?.row, second], [{ level: 'error' }, undefined]);
  await scene.tocsin.close();

  const strict = await Scene.open(new MemoryStore(), { settings: { unknownStreams: 'refuse' } });
  await assert.rejects(strict.tocsin.ingest.post('visits', [{ json: {} }]), { code: 'unknown_stream' });
  await assert.rejects(strict.tocsin.catalog.putRule('errors', { query: 'SELECT level FROM logs' }), {
    code: 'invalid_rule',
  });
  await strict.tocsin.close();
});

test('a wrong rule is refused with all diagnostics, a wrong field by its name', async () => {
  const scene = await open();
  const { catalog } = scene.tocsin;
  await catalog.putStream('payments', { query: PAYMENTS });
  const query = 'SELECT crad, FOO(amount), amuont FROM payments';
  await assert.rejects(catalog.putRule('wrong', { query }), (error: unknown) => {
    assert.ok(error instanceof RuntimeError);
    assert.equal(error.code, 'invalid_rule');
    assert.equal(error.detail.text, query);
    assert.equal(error.detail.diagnostics?.filter(({ severity }) => severity === 'error').length, 3);
    return true;
  });
  const good = 'SELECT card FROM payments';
  const refused = async (request: object, code: string, field?: string): Promise<void> => {
    await assert.rejects(catalog.putRule('rule', { query: good, ...request }), (error: unknown) => {
      assert.ok(error instanceof RuntimeError, String(error));
      assert.deepEqual([error.code, error.detail.field], [code, field]);
      return true;
    });
  };
  await refused({ severity: 'dire' }, 'bad_option', 'severity');
  await refused({ notify: ['nobody'] }, 'bad_option', 'notify');
  await refused({ onUpdate: 'keep' }, 'not_built', 'on_update');
  await refused({ suppress: { by: ['amount'], for: '1 MINUTE' } }, 'bad_option', 'suppress');
  await refused({ suppress: { by: ['card'], for: 'a while' } }, 'bad_option', 'suppress');
  await refused({ query: `CREATE RULE other AS ${good}` }, 'name_mismatch');
  await refused({ query: `${good}; ${good}` }, 'invalid_rule');
  await refused({ query: PAYMENTS }, 'invalid_rule');
  await assert.rejects(catalog.putRule('a/b', { query: good }), { code: 'bad_name' });
  assert.deepEqual(catalog.rules('', 10), []);
  await scene.tocsin.close();
});

test('fields of the request win over the options of the text', async () => {
  const scene = await open();
  const { catalog } = scene.tocsin;
  const query = `CREATE RULE big WITH (severity = 'low') AS SELECT amount FROM payments WHERE amount > :least`;
  const { rule } = await catalog.putRule('big', { query, severity: 'critical', params: { least: 5 } });
  assert.deepEqual([rule.severity, rule.params], ['critical', { least: 5 }]);
  assert.match(rule.query, /^SELECT amount\nFROM payments/);
  assert.equal((await catalog.putRule('big', { query, params: { least: 5 } })).rule.severity, 'low');
  await scene.tocsin.close();
});

test('If-Match guards against lost updates', async () => {
  const scene = await open();
  const { catalog } = scene.tocsin;
  const query = 'SELECT amount FROM payments';
  await assert.rejects(catalog.putRule('big', { query, ifMatch: '*' }), { code: 'precondition_failed' });
  const { rule } = await catalog.putRule('big', { query });
  const changed = await catalog.putRule('big', { query, severity: 'low', ifMatch: rule.etag });
  await assert.rejects(catalog.putRule('big', { query, severity: 'high', ifMatch: rule.etag }), {
    code: 'precondition_failed',
  });
  await assert.rejects(catalog.deleteRule('big', { ifMatch: rule.etag }), { code: 'precondition_failed' });
  await catalog.deleteRule('big', { ifMatch: changed.rule.etag });
  await scene.tocsin.close();
});

test('validate stores nothing and never throws', async () => {
  const scene = await open();
  const { catalog } = scene.tocsin;
  const good = catalog.validate({ query: 'select amount from payments where amount>5' });
  assert.deepEqual([good.valid, good.query], [true, 'SELECT amount\nFROM payments\nWHERE amount > 5']);
  assert.ok(good.plan);
  for (const query of ['', 'SELECT', 'SELECT NOPE(1) FROM s', '\u0000', 'SELECT a FROM s; SELECT b FROM s']) {
    const { valid, diagnostics } = catalog.validate({ query });
    assert.equal(valid, false, query);
    assert.ok(diagnostics.length > 0, query);
  }
  assert.equal(
    catalog.validate({ query: 'SELECT a FROM s', severity: 'dire' }).diagnostics[0]?.code,
    'bad_option',
  );
  assert.equal(catalog.validate({ query: PAYMENTS }).valid, true);
  assert.deepEqual([catalog.rules('', 10), catalog.streams('', 10)], [[], []]);
  await scene.tocsin.close();
});

test('lists are in order of name and go on behind a name', async () => {
  const scene = await open();
  const { catalog } = scene.tocsin;
  for (const name of ['c', 'a', 'b']) await catalog.putRule(name, { query: `SELECT x FROM ${name}_events` });
  const names = (after: string, limit: number) => catalog.rules(after, limit).map(({ name }) => name);
  assert.deepEqual([names('', 2), names('b', 2)], [['a', 'b'], ['c']]);
  assert.equal(catalog.streams('', 10).length, 3);
  await scene.tocsin.close();
});
