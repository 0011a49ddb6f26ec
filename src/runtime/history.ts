import type { Document, Store } from '../store/store.js';
import { type RuleVersion, versionPrefix } from './registry.js';
import { asked } from './trouble.js';
import type { RuleVersionView } from './views.js';

const KIND = 'rule_version';

/** How many lines past the most that are kept are dropped at a time. */
const EXCESS = 100;

/** What rules were before: a line for each change, of which the newest are kept. */
export class History {
  readonly #store: Store;
  readonly #most: number;

  /** `most`: lines that are kept of one rule. */
  constructor(store: Store, most: number) {
    this.#store = store;
    this.#most = most;
  }

  /** A rule's lines, oldest first, those above the cursor `after`. Throws RuntimeError `store_unavailable`. */
  async list(rule: string, after: string, limit: number): Promise<readonly RuleVersionView[]> {
    const documents = await this.#documents(rule, after, limit);
    return documents.map(({ key, value }) => ({
      ...(JSON.parse(new TextDecoder().decode(value)) as RuleVersion),
      cursor: key,
    }));
  }

  /** Drops a rule's oldest lines, where there are more than are kept. Throws RuntimeError `store_unavailable`. */
  async trim(rule: string): Promise<void> {
    const documents = await this.#documents(rule, '', this.#most + EXCESS);
    const dropped = documents.slice(0, Math.max(0, documents.length - this.#most));
    for (const { key } of dropped) await asked(this.#store.deleteDocument(KIND, key));
  }

  async #documents(rule: string, after: string, limit: number): Promise<readonly Document[]> {
    const prefix = versionPrefix(rule);
    const from = after.startsWith(prefix) ? after : prefix;
    const documents = await asked(this.#store.documents(KIND, from, limit));
    return documents.filter(({ key }) => key.startsWith(prefix));
  }
}
