import { Engine } from '../engine/engine.js';
import type { MissOptions } from '../engine/explain/misses.js';
import type { JsonValue } from '../event/json.js';
import type { Row } from '../event/row.js';
import { formatTimestamp } from '../event/timestamp.js';
import type { RulePlan } from '../language/plan.js';
import { missLines } from './misses.js';
import type { Prepared } from './prepare.js';
import { count } from './report.js';
import type { InputKind } from './rule-set.js';

/** What comes out: a row of a match as a line of JSON, or a late event and what to say of it. */
export type Played =
  | { readonly kind: 'row'; readonly text: string }
  | { readonly kind: 'late'; readonly line: number; readonly text: string };

/** The engines of one run: rules over flowing rows in one, rules that wait for the end of input in the other. */
export class Player {
  private readonly engines: Engine[] = [];
  private readonly plans = new Map<string, RulePlan>();
  private readonly tag: string | null;
  /** Lines of the rows since the last `take`, by offset: a late row comes out at once. */
  private readonly lines = new Map<number, number>();
  private readonly readers = new Map<string, Engine[]>();
  private readonly timed: ReadonlySet<string>;
  /** Lines of all rows by offset, and the latest event time, where misses are told; else null. */
  private readonly all: { readonly lines: number[]; latest: number } | null;

  /** `misses`: how many starts without a match can be told of each rule; null: none. */
  constructor({ streams, rules }: Prepared, tag: string | null, misses: number | null = null) {
    this.tag = tag;
    this.all = misses === null ? null : { lines: [], latest: Number.NEGATIVE_INFINITY };
    this.timed = new Set(streams.filter(({ time }) => time !== null).map(({ schema }) => schema.name));
    for (const input of ['stream', 'bounded'] satisfies InputKind[]) {
      const ready = rules.filter((rule) => rule.input === input);
      if (ready.length === 0) continue;
      const told: MissOptions | null =
        misses === null ? null : { most: misses, ties: 'first', keepsLastRows: true };
      const engine = new Engine({ mode: input, misses: told });
      this.engines.push(engine);
      const read = new Set(ready.flatMap((rule) => rule.plan.sources.map(({ stream }) => stream)));
      for (const { schema } of streams) {
        if (!read.has(schema.name)) continue;
        engine.putStream(schema);
        this.readers.set(schema.name, [...(this.readers.get(schema.name) ?? []), engine]);
      }
      for (const { plan } of ready) {
        engine.addRule(plan);
        this.plans.set(plan.name, plan);
      }
    }
  }

  /** Takes a row; one of a stream that no rule reads passes by. */
  append(row: Row, line: number): void {
    const engines = this.readers.get(row.stream);
    if (!engines) return;
    this.lines.set(row.offset, line);
    if (this.all !== null) {
      this.all.lines[row.offset] = line;
      this.all.latest = Math.max(this.all.latest, row.time);
    }
    for (const engine of engines) engine.append(row);
  }

  end(): void {
    for (const engine of this.engines) engine.end();
  }

  /** What has become final since the last call. */
  *take(): Generator<Played> {
    const late = new Set<number>();
    for (const engine of this.engines) {
      for (const emission of engine.take()) {
        if (emission.kind === 'late') {
          const { row, watermark, rules } = emission;
          if (late.has(row.offset)) continue;
          late.add(row.offset);
          const whom = rules.length < this.plans.size ? ` for ${rules.join(', ')}` : '';
          const text = `late${whom}: '${row.stream}' at ${formatTimestamp(row.time)}, after the watermark ${formatTimestamp(watermark)}`;
          yield { kind: 'late', line: this.lines.get(row.offset) ?? row.offset + 1, text };
          continue;
        }
        const plan = this.plans.get(emission.rule);
        if (!plan) continue;
        for (const row of emission.match.output) yield { kind: 'row', text: this.text(plan, row) };
      }
    }
    this.lines.clear();
  }

  /** What became of the starts that gave no match, where that was asked for. */
  misses(): string[] {
    const { all, timed } = this;
    if (all === null) return [];
    const facts = { lineOf: (offset: number) => all.lines[offset] ?? 0, latest: all.latest, timed };
    return [...this.plans.keys()].flatMap((name) =>
      this.engines.flatMap((engine) => {
        const inspection = engine.inspect(name);
        return inspection === null ? [] : missLines(name, inspection, facts);
      }),
    );
  }

  /** A row as JSON: the tag, then the select list's columns in order (a JavaScript object would put "1" before "a"). */
  private text(plan: RulePlan, row: Readonly<Record<string, JsonValue>>): string {
    const fields: string[] = [];
    if (this.tag !== null) fields.push(field(this.tag, plan.name));
    const named = new Set(plan.columns.map(({ name }) => name));
    for (const { name, spread } of plan.columns) {
      // `*` over an undeclared stream: whatever else the row has.
      const names = spread === true ? Object.keys(row).filter((each) => !named.has(each)) : [name];
      for (const each of names) fields.push(field(each, Object.hasOwn(row, each) ? row[each] : null));
    }
    return `{${fields.join(',')}}`;
  }

  /** A sentence for each rule whose expressions failed, or whose state met a limit or a skip that leads nowhere. */
  faults(): string[] {
    const sentences: string[] = [];
    for (const engine of this.engines) {
      for (const name of this.plans.keys()) {
        const counts = engine.counts(name);
        if (counts === null) continue;
        const parts = Object.entries(counts.faults)
          .filter(([, times]) => times > 0)
          .map(
            ([fault, times]) =>
              `${fault.replaceAll('_', ' ')} ${times === 1 ? 'once' : `${times.toLocaleString('en-US')} times`}, read as NULL`,
          );
        if (counts.dropped > 0)
          parts.push(`${count(counts.dropped, 'partial match', 'es')} dropped at the rule's limit`);
        if (counts.degradedSkips > 0) {
          parts.push(
            `AFTER MATCH SKIP led nowhere ${count(counts.degradedSkips, 'time')}: went on past the last row`,
          );
        }
        if (parts.length > 0) sentences.push(`rule '${name}': ${parts.join('; ')}`);
      }
    }
    return sentences;
  }
}

function field(name: string, value: JsonValue | undefined): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value ?? null)}`;
}
