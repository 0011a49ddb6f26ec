import type { Store, StoreCopy } from '../store/store.js';
import { RuntimeError } from './error.js';
import type { Gate } from './gate.js';
import { asked } from './trouble.js';

export interface BackupsParts {
  readonly store: Store;
  readonly gate: Gate;
}

/** Copies of everything that the server keeps, one at a time. */
export class Backups {
  readonly #parts: BackupsParts;
  #isCopying = false;

  constructor(parts: BackupsParts) {
    this.#parts = parts;
  }

  /**
   * Everything as of one moment: log, state, alerts, deliveries, rules, destinations. The caller closes it. Throws
   * RuntimeError `no_backup` where the store has tools of its own, `overloaded` while another copy is made, `not_ready`,
   * `store_full`, `store_unavailable`.
   */
  make(): Promise<StoreCopy> {
    const { store, gate } = this.#parts;
    return gate.pass(async () => {
      if (this.#isCopying) {
        const message = 'another backup is being made: try again when it is done';
        throw new RuntimeError('overloaded', message, { retryAfter: 5_000 });
      }
      this.#isCopying = true;
      try {
        const copy = await asked(store.copy());
        if (copy !== null) return copy;
        throw new RuntimeError('no_backup', 'the data is in Redis, which is backed up with its own tools');
      } finally {
        this.#isCopying = false;
      }
    });
  }
}
