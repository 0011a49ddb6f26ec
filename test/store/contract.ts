import { type TestContext, test } from 'node:test';
import type { Store } from '../../src/store/store.js';
import { alertContract } from './contract/alert.js';
import { commitContract } from './contract/commit.js';
import { copyContract } from './contract/copy.js';
import { deliveryContract } from './contract/delivery.js';
import { documentContract } from './contract/document.js';
import { idContract } from './contract/id.js';
import { leaseContract } from './contract/lease.js';
import { lifeContract } from './contract/life.js';
import { logContract } from './contract/log.js';
import { readContract } from './contract/read.js';
import { rewriteContract } from './contract/rewrite.js';
import type { Check } from './contract/sample.js';

/** A test that has not ended by then waits for something that does not come; in milliseconds. */
const PATIENCE = 60_000;

/**
 * What every store promises, sentence by sentence of its interface, as tests. `open` gives a store with nothing in it; what
 * it needs besides, it takes down in `context.after`. Each test closes its store.
 */
export function storeContract(name: string, open: (context: TestContext) => Promise<Store>): void {
  const check: Check = (title, body) => {
    test(`${name}: ${title}`, { timeout: PATIENCE }, async (context) => {
      const store = await open(context);
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });
  };
  leaseContract(check);
  logContract(check);
  readContract(check);
  idContract(check);
  commitContract(check);
  alertContract(check);
  deliveryContract(check);
  documentContract(check);
  rewriteContract(check);
  copyContract(check);
  lifeContract(check);
}
