import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonValue } from '../../../src/event/json.js';
import { parse } from '../../../src/language/parser.js';
import { RuntimeError } from '../../../src/runtime/error.js';
import { MemoryStore } from '../../../src/store/memory.js';
import { at, NOON, Scene } from '../scene.js';

/**
 * What a server does as time passes, worked out by hand from the specification (the points of section 3 that `run` has no clock
 * for); `final at` is the second in which the record arrived that made the alert final. A case is a heading, its statements, and behind
 * `-- steps` what is done (`> ...`) with what comes of it. It is twelve o'clock; `@5` is a time five seconds later.
 *
 * - `post stream event ...`: events, as JSON; `repeat n stream event`: one n times, with `#` for 0, 1, 2 ...
 * - `pass seconds`: the clock goes on; `clock seconds`: it is set back or forth; `restart seconds`: the server is down for so long
 * - `watermark stream @5`, `counts rule`: what the rule has counted and holds
 */
interface Case {
  readonly name: string;
  readonly statements: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly steps: readonly { readonly action: string; readonly outcome: readonly string[] }[];
}

const cases: readonly Case[] = readFileSync(join(import.meta.dirname, 'server.golden'), 'utf8')
  .split(/^== /m)
  .slice(1)
  .map((part) => {
    const [head = '', steps = ''] = part.split('-- steps\n');
    const [name = '', ...lines] = head.split('\n');
    const params = lines.find((line) => line.startsWith('-- params '))?.slice('-- params '.length) ?? '{}';
    return {
      name,
      statements: lines.join('\n'),
      params: JSON.parse(params) as Case['params'],
      steps: steps
        .split(/^> /m)
        .slice(1)
        .map((step) => {
          const [action = '', ...outcome] = step.split('\n').filter(Boolean);
          return { action, outcome };
        }),
    };
  });

const timesIn = (text: string) => text.replace(/@(-?[\d.]+)/g, (_, seconds: string) => at(Number(seconds)));
const eventsIn = (text: string) =>
  timesIn(text)
    .split(/ (?=\{)/)
    .map((each) => JSON.parse(each) as JsonValue);
/** Times of the day are enough to read. */
const short = (text: string) =>
  text.replace(/2026-11-24T([\d:]+)\.000Z/g, '$1').replace(/2026-11-24T([\d:.]+)Z/g, '$1');

class Play {
  #seen = 0;
  #refused: string[] = [];

  constructor(
    readonly store: MemoryStore,
    public scene: Scene,
  ) {}

  async do(action: string): Promise<string[]> {
    const [verb = '', first = '', ...rest] = action.split(' ');
    const { tocsin, clock } = this.scene;
    this.#refused = [];
    switch (verb) {
      case 'post':
        await this.#post(first, eventsIn(rest.join(' ')));
        break;
      case 'repeat': {
        const [stream = '', ...event] = rest;
        const each = (i: number) => eventsIn(event.join(' ').replace('#', String(i)))[0]!;
        await this.#post(
          stream,
          Array.from({ length: Number(first) }, (_, i) => each(i)),
        );
        break;
      }
      case 'pass':
        await this.scene.pass(Number(first));
        break;
      case 'clock':
        clock.advance(Number(first) * 1_000);
        break;
      case 'restart':
        await this.scene.settled();
        await tocsin.close();
        clock.advance(Number(first) * 1_000);
        this.scene = await Scene.open(this.store, { clock });
        break;
      case 'watermark':
        await tocsin.ingest.watermark(first, Date.parse(timesIn(rest[0]!)));
        break;
      case 'counts':
        await this.scene.settled();
        return this.#counts(first);
      default:
        throw new Error(`there is no step '${verb}'`);
    }
    return [...this.#refused, ...(await this.#news())];
  }

  #counts(rule: string): string[] {
    const { late, dropped, suppressed, partialMatches, keys } =
      this.scene.tocsin.reader.diagnosis(rule).counts;
    const counts = { late, dropped, suppressed, 'partial matches': partialMatches, keys };
    return Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []));
  }

  async #post(stream: string, events: readonly JsonValue[]): Promise<void> {
    try {
      await this.scene.tocsin.ingest.post(
        stream,
        events.map((json) => ({ json })),
      );
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      this.#refused.push(`refused ${error.code}`);
    }
  }

  async #news(): Promise<string[]> {
    await this.scene.settled();
    const views = await this.scene.tocsin.reader.alerts(0, 20_000, {});
    const news = views.slice(this.#seen);
    this.#seen = views.length;
    const shown = news.slice(0, news.length > 5 ? 1 : 5).map(({ body, timestamp }) => {
      const { rule, row, window } = (
        body as unknown as { data: { rule: string; row: unknown; window: { end: string } } }
      ).data;
      return short(
        `${rule} ${JSON.stringify(row)} to ${window.end}, final at ${at(Math.floor((timestamp - NOON) / 1_000))}`,
      );
    });
    return shown.length < news.length ? [...shown, `and ${news.length - 1} more`] : shown;
  }
}

for (const { name, statements, params, steps } of cases) {
  test(name, async () => {
    const store = new MemoryStore();
    const play = new Play(store, await Scene.open(store));
    try {
      for (const statement of parse(statements).statements) {
        const query = statements.slice(statement.span.start, statement.span.end);
        const { catalog } = play.scene.tocsin;
        if (statement.kind === 'create_stream') await catalog.putStream(statement.name.name, { query });
        else {
          assert.ok(statement.kind === 'create_rule');
          await catalog.putRule(statement.name.name, { query, params });
        }
      }
      for (const { action, outcome } of steps)
        assert.deepEqual(await play.do(action), outcome, `> ${action}`);
    } finally {
      await play.scene.tocsin.close();
    }
  });
}
