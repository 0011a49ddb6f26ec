import type { StreamSchema } from '../event/schema.js';
import type { RulePlan } from '../language/plan.js';
import { type TimedStream, timeStream } from './event-time.js';
import type { Routing } from './intake.js';
import { nearest } from './nearest.js';
import { isError } from './report.js';
import type { Problem, RuleFile } from './rule-files.js';
import { allStreams, bind, type InputKind, type RuleSet, type RuleText, readRules } from './rule-set.js';
import type { RunOptions } from './run-options.js';
import { UsageError } from './terminal.js';

/** A bound rule and how its input is taken. */
export interface ReadyRule {
  readonly text: RuleText;
  readonly plan: RulePlan;
  readonly input: InputKind;
}

/** Everything `run` knows before the first event. */
export interface Prepared {
  /** The streams that may come: those that rules read, and those that are declared. */
  readonly streams: readonly TimedStream[];
  readonly rules: readonly ReadyRule[];
  readonly routing: Routing;
  /** Streams whose events may not lack a time. */
  readonly needTime: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/**
 * From rule files to bound rules. With an error among the problems, `rules` is of no use.
 * @throws UsageError when the options do not fit the rules
 */
export function prepare(files: readonly RuleFile[], options: RunOptions): Prepared {
  const set = readRules(files);
  if (set.problems.length === 0 && set.rules.length === 0) {
    throw new UsageError('the files declare streams but hold no rule');
  }
  const inputs = new Map(set.rules.map((rule) => [rule, inputOf(rule, set, options.follow)]));
  /** Bounded input without WITHIN is only sorted: what the time of a row is makes no difference. */
  const timeMatters = (rule: RuleText): boolean => measuresTime(rule) || inputs.get(rule) === 'stream';
  const streams = allStreams(set).map((schema) => {
    const rules = set.rules.filter((rule) => reads(rule, schema));
    // --time is about streams that are read; others may lack the column.
    return timeStream(schema, rules, rules.length > 0 ? options.time : null, rules.some(timeMatters));
  });
  const schemas = streams.map(({ schema }) => schema);
  const problems = [...set.problems];
  const rules: ReadyRule[] = [];
  for (const text of set.rules) {
    const input = inputs.get(text) ?? 'bounded';
    const bound = bind(text, schemas, input);
    problems.push(...bound.problems);
    if (bound.plan) rules.push({ text, plan: bound.plan, input });
  }
  if (problems.some(isError))
    return { streams, rules: [], routing: { to: '' }, needTime: new Set(), problems };
  for (const rule of set.rules) if (measuresTime(rule)) refuseTimeless(rule, streams);
  if (options.tag !== null) refuseTag(options.tag, rules);
  const needTime = streams.filter(
    ({ schema, time }) =>
      time !== null &&
      (time.from !== 'order' || set.rules.some((rule) => reads(rule, schema) && timeMatters(rule))),
  );
  return {
    streams,
    rules,
    routing: routingOf(set, schemas, options),
    needTime: new Set(needTime.map(({ schema }) => schema.name)),
    problems,
  };
}

function reads(rule: RuleText, { name }: StreamSchema): boolean {
  return rule.streams.includes(name);
}

function inputOf(rule: RuleText, { declared }: RuleSet, follow: boolean): InputKind {
  const watermark = declared.some((schema) => reads(rule, schema) && schema.eventTime !== null);
  return follow || watermark ? 'stream' : 'bounded';
}

function measuresTime(rule: RuleText): boolean {
  const match = rule.query.from.matchRecognize;
  return match !== null && match.within !== null;
}

function refuseTimeless(rule: RuleText, streams: readonly TimedStream[]): void {
  const timeless = streams.find(({ schema, time }) => reads(rule, schema) && time === null);
  if (!timeless) return;
  throw new UsageError(
    `rule '${rule.name}' has WITHIN, but '${timeless.schema.name}' has no event time: name it with --time COLUMN, ` +
      'with ORDER BY in MATCH_RECOGNIZE, or with a WATERMARK in CREATE STREAM',
  );
}

function refuseTag(tag: string, rules: readonly ReadyRule[]): void {
  const rule = rules.find(({ plan }) => plan.columns.some(({ name }) => name === tag));
  if (rule) throw new UsageError(`--tag ${tag}: rule '${rule.plan.name}' has an output column of that name`);
}

/** One stream takes all; several need the field, and `--stream` overrides both. */
function routingOf(set: RuleSet, schemas: readonly StreamSchema[], options: RunOptions): Routing {
  const read = [...new Set(set.rules.flatMap((rule) => rule.streams))];
  if (options.stream !== null) {
    const wanted = options.stream;
    const names = schemas.map(({ name }) => name);
    const name =
      names.find((known) => known === wanted) ??
      names.find((known) => known.toLowerCase() === wanted.toLowerCase());
    if (name !== undefined) return { to: name };
    const near = nearest(wanted, names);
    throw new UsageError(
      `--stream ${wanted}: no rule reads a stream of that name (they read ${read.join(', ')})` +
        (near ? `; did you mean '${near}'?` : ''),
    );
  }
  const [only] = read;
  if (only !== undefined && read.length === 1) return { to: only };
  if (options.format === 'csv') {
    throw new UsageError(
      `the rules read several streams (${read.join(', ')}), and CSV holds one: use --stream NAME, or NDJSON with the field '${options.streamField}'`,
    );
  }
  return { field: options.streamField };
}
