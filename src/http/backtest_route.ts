import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { JsonValue } from '../event/json.js';
import type {
  Backtest,
  BacktestProgress,
  BacktestRequest,
  Backtests,
  FoundMatch,
} from '../runtime/backtest.js';
import { alertSchema, showAlert } from './alert_routes.js';
import { EVENT_STREAM, EventStream } from './event_stream.js';
import { whileThere } from './gone.js';
import { iso, timeIn, timeOut } from './page.js';
import { problemBody } from './problem.js';
import { type Route, route } from './route.js';
import { ruleFields, ruleOptions, ruleText } from './rule_body.js';
import { warningSchema } from './shared_schemas.js';
import { problemOf } from './translate.js';

const FEW = 100;
const MANY = 1_000;
/** How long a client may take nothing of the progress, in milliseconds. */
const PATIENCE = 30_000;
/** The part of the log after which progress is shown again. */
const STEP = 0.01;

const { params, severity, suppress } = ruleOptions;

const backtestBody = z.strictObject({
  query: ruleText,
  name: z.string().optional().meta({ description: 'Of a SELECT; a CREATE RULE says its own.' }),
  params,
  severity,
  suppress,
  from: timeIn.nullable().optional().meta({
    description:
      'Event time: matches that were not final before it. Left out: from the first event that is kept.',
  }),
  to: timeIn.nullable().optional().meta({
    description: 'Event time: as far as the watermark has come to it. Left out: to the last event.',
  }),
  limit: z
    .int()
    .min(1)
    .max(MANY)
    .optional()
    .meta({ description: `How many are listed, ${FEW} if not said.` }),
});

const openSchema = z.object({
  key: z.record(z.string(), z.unknown()),
  start: timeOut.meta({ description: 'Event time of its first row.' }),
  deadline: timeOut.nullable().meta({ description: 'When WITHIN ends it; null without one.' }),
  held: z.boolean().meta({ description: 'It is complete, and waits for what could be preferred to it.' }),
  events: z.array(
    z.object({ variable: z.string().nullable(), stream: z.string(), offset: z.int(), time: timeOut }),
  ),
});

const foundSchema = alertSchema.extend({
  kind: z.enum(['match', 'empty', 'unmatched', 'row']),
  fires: z.boolean().meta({ description: 'Whether it would make an alert.' }),
});

const backtestSchema = z
  .object({
    rule: z.string(),
    complete: z.boolean().meta({ description: 'False: the time was over before the end was reached.' }),
    from: timeOut.nullable(),
    to: timeOut.nullable(),
    watermark: timeOut.nullable().meta({ description: 'How far event time came.' }),
    log: z.object({ first: z.int(), next: z.int(), position: z.int() }).meta({ description: 'Offsets.' }),
    events: z.int().meta({ description: 'Events of its streams that were read.' }),
    late: z.int(),
    undecodable: z.int().meta({ description: 'Events that do not fit the declaration of their stream now.' }),
    matches: z.int().meta({ description: 'All, listed or not.' }),
    suppressed: z.int(),
    dropped: z.int().meta({ description: 'Partial matches dropped at a limit.' }),
    faults: z.record(z.string(), z.int()),
    items: z.array(foundSchema),
    open: z.object({
      matches: z.int().meta({ description: 'Begun and not decided, listed or not.' }),
      keys: z.int().meta({ description: 'Keys with state.' }),
      waiting: z.int().meta({ description: 'Events that the watermark has not reached.' }),
      items: z.array(openSchema),
    }),
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'Backtest' });

/** A rule tried on what is in the log. */
export function backtestRoute(backtests: Backtests): Route {
  return route('post', '/v1/rules/backtest', {
    purpose: {
      id: 'backtestRule',
      tag: 'Rules',
      summary: 'Run a rule over what is in the log; nothing is stored',
      description:
        'The engine that runs it live, over the log as it is when the request comes, with the streams as they are declared now. ' +
        'Ends when the client goes away. With `Accept: text/event-stream` it answers with `event: progress` as it goes, then `event: result` or `event: problem`.',
    },
    bodies: { 'application/json': backtestBody },
    responses: { 200: { description: 'What it found', schema: backtestSchema } },
    problems: [
      ...(['invalid_rule', 'name_mismatch', 'bad_name', 'bad_option', 'not_built', 'trimmed'] as const),
      ...(['overloaded', 'store_damaged', 'store_unavailable'] as const),
    ],
    handle: async ({ body, headers, request }) => {
      const { query, name, from, to, limit, ...rest } = body.value;
      const wanted: BacktestRequest = {
        ...{ query, ...(name === undefined ? {} : { name }), ...ruleFields(rest) },
        ...{ from: from ?? null, to: to ?? null, limit: limit ?? FEW },
      };
      if (headers.accept?.includes(EVENT_STREAM)) {
        return { status: 200, stream: (response) => stream(backtests, wanted, request, response) };
      }
      const result = await whileThere(request, (gone) => backtests.run(wanted, gone));
      return { status: 200, body: showBacktest(wanted, result) };
    },
  });
}

async function stream(
  backtests: Backtests,
  wanted: BacktestRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let out: EventStream | null = null;
  const opened = (): EventStream => {
    out ??= new EventStream(response, PATIENCE);
    return out;
  };
  const stop = new AbortController();
  let shown = 0;
  const onProgress = async (progress: BacktestProgress): Promise<void> => {
    const { first, next, position } = progress;
    const done = (position - first) / Math.max(1, next - first);
    if (done - shown < STEP) return;
    shown = done;
    const event = { event: 'progress', data: JSON.stringify(showProgress(progress)) };
    if (!(await opened().send(event))) stop.abort();
  };
  try {
    const result = await whileThere(request, (gone) =>
      backtests.run(wanted, AbortSignal.any([gone, stop.signal]), onProgress),
    );
    await opened().end({ event: 'result', data: JSON.stringify(showBacktest(wanted, result)) });
  } catch (error) {
    // Before the first word it is an answer like any other.
    if (out === null) throw error;
    await opened().end({ event: 'problem', data: JSON.stringify(problemBody(problemOf(error))) });
  }
}

function showProgress({ first, next, position, events, matches }: BacktestProgress): object {
  return { log: { first, next, position }, events, matches };
}

function showFound({ kind, fires, alert: { body, stamp } }: FoundMatch) {
  const view = { body: JSON.parse(new TextDecoder().decode(body)) as JsonValue, timestamp: stamp };
  return { ...showAlert(view), kind, fires } as z.output<typeof foundSchema>;
}

function showBacktest({ from, to }: BacktestRequest, result: Backtest): z.output<typeof backtestSchema> {
  const { progress, counts, found, open } = result;
  const { first, next, position, events, matches } = progress;
  return {
    rule: result.rule,
    complete: result.cut === null,
    from: iso(from),
    to: iso(to),
    watermark: iso(result.watermark),
    log: { first, next, position },
    ...{ events, late: result.late, undecodable: result.undecodable },
    ...{ matches, suppressed: result.suppressed, dropped: counts.dropped, faults: { ...counts.faults } },
    items: found.map(showFound),
    open: {
      ...{ matches: open.count, keys: counts.keys, waiting: result.waiting },
      items: open.listed.map((each) => ({
        key: each.key,
        start: iso(each.start.time) ?? '',
        deadline: iso(each.deadline),
        held: each.isHeld,
        events: each.events.map(({ variable, row: { stream, offset, time } }) => ({
          ...{ variable, stream, offset, time: iso(time) ?? '' },
        })),
      })),
    },
    warnings: [...result.warnings],
  };
}
