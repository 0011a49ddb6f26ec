import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { type HookServer, type Post, startHook } from '../sinks/hook_server.js';
import { DispatchScene } from './dispatch_scene.js';
import { ManualClock } from './manual_clock.js';

const DELIVERIES = 1_000;
const EACH = 100;

const secretOf = (number: number): string => `whsec_${Buffer.alloc(32, number + 1).toString('base64')}`;

/** Whether the standardwebhooks library takes the post, with its clock and all. */
function verifies({ body, headers }: Pick<Post, 'body' | 'headers'>, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

test('1,000 deliveries while the secret is rotated every 100: all verify, with the secret before too; no flipped byte does', async (t) => {
  // The library looks at the real clock.
  const clock = new ManualClock(Date.now());
  const lines: string[] = [];
  const keep = (facts: object, message: string) => void lines.push(message + JSON.stringify(facts));
  /** How many rotations were over when a post came. */
  const rotations: number[] = [];
  let rotated = 0;
  let count = 0;
  const hook: HookServer = await startHook((response) => {
    rotations.push(rotated);
    // Now and then one fails, and once several in a row: it comes again under another secret, and there is something to log.
    const isBad = count % 50 === 7 || (count >= 300 && count < 308);
    count++;
    response.writeHead(isBad ? 500 : 204).end();
  });
  const log = { info: keep, warn: keep, error: keep };
  const scene = await DispatchScene.open({ clock, log });
  const put = (secret: string) =>
    scene.put('desk', hook.url, { secret, retry: { schedule: ['1 SECOND', '1 SECOND'] } });
  await put(secretOf(0));
  const ids: string[] = [];
  for (let round = 0; round < DELIVERIES / EACH; round++) {
    ids.push(...(await scene.alert(EACH, 'desk')));
    // Half of them at most are through when the next secret comes.
    await scene.pass(() => hook.posts.length >= round * EACH + EACH / 2);
    await put(secretOf(round + 1));
    rotated = round + 1;
  }
  await scene.pass(
    async () => (await scene.store.deliveries(0, 2_000, { state: 'delivered' })).length === DELIVERIES,
  );

  const failures = { behind: 0, current: 0, flipped: 0, foreign: 0 };
  for (const [index, post] of hook.posts.entries()) {
    const number = rotations[index] ?? 0;
    // A receiver that changes its secret after the server did: one behind, and at the start the first.
    if (!verifies(post, secretOf(Math.max(0, number - 1)))) failures.behind++;
    const signedBefore = !verifies(post, secretOf(number));
    // Only the posts that were under way at the rotation, four at most, may not know the newest.
    if (signedBefore && rotations[index - 4] === number) failures.current++;
    const body = Buffer.from(post.body);
    body[index % body.length] = (body[index % body.length] ?? 0) ^ 1;
    if (verifies({ body, headers: post.headers }, secretOf(Math.max(0, number - 1)))) failures.flipped++;
    if (verifies(post, secretOf(100))) failures.foreign++;
  }
  assert.deepEqual(failures, { behind: 0, current: 0, flipped: 0, foreign: 0 });
  assert.deepEqual(
    [...new Set(hook.posts.map(({ headers }) => headers['webhook-id']))].sort(),
    [...ids].sort(),
  );
  assert.equal(rotated, 10);

  const told = JSON.stringify([lines, scene.destinations.get('desk'), scene.destinations.list('', 10)]);
  assert.ok(lines.length > 0);
  for (let number = 0; number <= rotated; number++) {
    assert.ok(!told.includes(secretOf(number)) && !told.includes(secretOf(number).slice('whsec_'.length)));
  }
  t.diagnostic(
    `${hook.posts.length} posts of ${DELIVERIES} deliveries over ${rotated} rotations: 0 refused, ${hook.posts.length} flipped bytes: 0 taken`,
  );
  await scene.close();
  hook.close();
});

test('however often a secret is changed, the header stays of bounded length', async () => {
  const hook = await startHook();
  const scene = await DispatchScene.open({ clock: new ManualClock(Date.now()) });
  for (let number = 0; number < 40; number++) await scene.put('desk', hook.url, { secret: secretOf(number) });
  const [id = ''] = await scene.alert(1, 'desk');
  await scene.attempted(id, 'desk', 1);
  const [post] = hook.posts;
  const valid = Array.from({ length: 40 }, (_, number) => number).filter((number) =>
    verifies(post!, secretOf(number)),
  );
  assert.deepEqual(
    valid,
    Array.from({ length: 11 }, (_, index) => 29 + index),
  );
  await scene.close();
  hook.close();
});
