import type { Row } from '../event/row.js';
import { nearest } from './nearest.js';
import type { ReadyRule } from './prepare.js';

/**
 * Watches for the commonest mistake on undeclared streams: a column that a rule reads and no event has, most often a
 * name misspelt, which otherwise only shows as no match at all.
 */
export class AbsentColumns {
  /** Stream, then column, to the rule that reads it. */
  private readonly missing = new Map<string, Map<string, string>>();
  private readonly seen = new Map<string, Set<string>>();

  constructor(rules: readonly ReadyRule[]) {
    for (const { plan } of rules) {
      const [source, ...others] = plan.sources;
      // A pattern over several streams reads columns that only some of them have.
      if (!source || others.length > 0 || source.schema.declared) continue;
      const columns = this.missing.get(source.stream) ?? new Map<string, string>();
      for (const name of columnsOf(plan.operator)) if (!columns.has(name)) columns.set(name, plan.name);
      this.missing.set(source.stream, columns);
      this.seen.set(source.stream, new Set());
    }
  }

  see(row: Row): void {
    const columns = this.missing.get(row.stream);
    if (columns === undefined || columns.size === 0) return;
    for (const name of columns.keys()) if (Object.hasOwn(row.values, name)) columns.delete(name);
    const seen = this.seen.get(row.stream);
    if (seen && seen.size < 1000) for (const name of Object.keys(row.values)) seen.add(name);
  }

  /** One sentence for each column that never came; nothing for a stream without events. */
  sentences(): string[] {
    return [...this.missing].flatMap(([stream, columns]) => {
      const seen = [...(this.seen.get(stream) ?? [])];
      if (seen.length === 0) return [];
      return [...columns].map(([name, rule]) => {
        const near = nearest(name, seen);
        const hint = near ? `; did you mean '${near}'?` : '';
        return `no event of '${stream}' has a field '${name}', which rule '${rule}' reads${hint}`;
      });
    });
  }
}

/** The names of all columns read anywhere below a node of the plan. */
function columnsOf(node: unknown, names = new Set<string>()): Set<string> {
  if (node === null || typeof node !== 'object') return names;
  const { kind, name } = node as { kind?: unknown; name?: unknown };
  if (kind === 'column' && typeof name === 'string') names.add(name);
  for (const child of Object.values(node)) columnsOf(child, names);
  return names;
}
