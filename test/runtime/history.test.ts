import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DiskStore } from '../../src/store/disk/store.js';
import { MemoryStore } from '../../src/store/memory.js';
import { RedisStore } from '../../src/store/redis/store.js';
import type { Store } from '../../src/store/store.js';
import { startRedis, withoutRedis } from '../support/redis_server.js';
import { Scene } from './scene.js';

interface Kind {
  readonly name: string;
  readonly skip?: string | false;
  readonly open: (context: TestContext) => Promise<Store>;
}

const KINDS: readonly Kind[] = [
  { name: 'in memory', open: async () => new MemoryStore() },
  {
    name: 'on disk',
    open: (context) => {
      const directory = mkdtempSync(join(tmpdir(), 'tocsin-history-'));
      context.after(() => rmSync(directory, { recursive: true }));
      return DiskStore.open(directory);
    },
  },
  {
    ...{ name: 'on Redis', skip: withoutRedis },
    open: async (context) => {
      const server = await startRedis();
      context.after(() => server.stop());
      return RedisStore.open(server.url);
    },
  },
];

const above = (limit: number) => ({ query: `SELECT card FROM payments WHERE amount > ${limit}` });

for (const { name, skip = false, open } of KINDS) {
  test(`the latest changes of a rule are kept, and no more: ${name}`, { skip }, async (context) => {
    const store = await open(context);
    context.after(() => store.close());
    const scene = await Scene.open(store, { settings: { maxRuleVersions: 5 } });
    context.after(() => scene.tocsin.close());
    const { catalog } = scene.tocsin;
    const changes = async () =>
      (await catalog.versions('r', '', 100)).map(({ version, change }) => `${change} ${version}`);
    for (const limit of [1, 2, 3, 4]) {
      await catalog.putRule('r', above(limit));
      await catalog.putRule('r2', above(limit));
    }
    assert.deepEqual(await changes(), ['put 1', 'put 2', 'put 3', 'put 4']);
    await catalog.pause('r');
    await catalog.resume('r');
    await catalog.deleteRule('r');
    assert.deepEqual(await changes(), ['put 3', 'put 4', 'pause 4', 'resume 4', 'delete 4']);
    // A rule of that name made again is another one, with the same history.
    await catalog.putRule('r', above(5));
    assert.deepEqual(await changes(), ['put 4', 'pause 4', 'resume 4', 'delete 4', 'put 1']);
    assert.equal((await catalog.versions('r2', '', 100)).length, 4);
  });
}
