import assert from 'node:assert/strict';
import { type Check, entry, NOON } from './sample.js';

export function copyContract(check: Check): void {
  check('a copy has the length that it says, and may be closed unread; or there is none', async (store) => {
    await store.append(0, [entry('a'.repeat(100_000))], NOON);
    const copy = await store.copy();
    if (copy === null) return;
    assert.ok(copy.bytes > 100_000);
    let bytes = 0;
    for await (const chunk of copy.chunks()) bytes += chunk.length;
    assert.equal(bytes, copy.bytes);
    await copy.close();
    await (await store.copy())?.close();
  });
}
