import * as z from 'zod';
import type { JsonValue } from '../event/json.js';
import type { Diagnosis } from '../runtime/diagnosis.js';
import { iso, timeOut } from './page.js';

type Miss = Diagnosis['misses'][number];
type Held = Diagnosis['held'][number];
type Place = Miss['start'];

const key = z.record(z.string(), z.unknown()).meta({ description: 'PARTITION BY, by column.' });
const time = timeOut.nullable();

const placeSchema = z.object({
  stream: z.string(),
  offset: z.int(),
  time: time.meta({ description: 'Event time.' }),
});

const conditionText = z.string().nullable().meta({ description: 'As SQL; null: every event can be it.' });

const streamSchema = z.object({
  stream: z.string(),
  events: z.int(),
  late: z.int(),
  watermark: time,
  latest_event: z
    .object({ offset: z.int(), time, data: z.unknown().meta({ description: 'Null when it is not kept.' }) })
    .nullable()
    .meta({ description: 'The event of the latest event time, which drives the watermark.' }),
  last_arrival: time.meta({ description: 'When its last event came.' }),
  idle: z.boolean().meta({ description: 'It is silent: patterns over several streams do not wait for it.' }),
  silence: z.enum(['ticks', 'off', 'replaying']).meta({
    description:
      'What moves its event time on while no event comes: `ticks`, or nothing, as `idle_timeout` is off or it is replaying history (`live_within`).',
  }),
});

const stateSchema = z.object({
  state: z.string().meta({ description: 'As in the explanation, where that draws the pattern as it runs.' }),
  variable: z.string().nullable().meta({ description: 'What the next event has to be; null: any will do.' }),
  absent: z.array(z.string()).meta({ description: 'What it may not be.' }),
  needs: z.int().meta({ description: 'Labelled events from here to a match, at least.' }),
  partial_matches: z.int(),
});

const heldSchema = z.object({
  key,
  start: placeSchema,
  last: placeSchema.nullable(),
  by: z.enum(['longer', 'earlier_start', 'deadline']).meta({
    description:
      '`longer`: more events, or another way, would be preferred. `earlier_start`: one before it is not decided. `deadline`: it is a match if nothing that must be absent comes until then.',
  }),
  holder: placeSchema.nullable().meta({ description: 'The first event of the start that holds it.' }),
  waits_for: z.array(z.string()).meta({ description: 'Variables that would decide it.' }),
  until: time.meta({ description: 'When WITHIN decides it; null without one.' }),
});

const missSchema = z.object({
  key,
  start: placeSchema,
  labels: z.array(z.object({ variable: z.string(), events: z.int() })).meta({
    description: 'How far it came, in order.',
  }),
  needs: z.int().meta({ description: 'Labelled events that it still needed, at least.' }),
  ended_by: z.enum(['event', 'within', 'passed_over', 'limit', 'end']).meta({
    description:
      '`event`: nothing that it waited for was true of `event`. `within`: its time was over. `passed_over`: an earlier match took its events. `limit`: the rule held as much as it may.',
  }),
  event: placeSchema.nullable(),
  deadline: time,
  waited_for: z.array(
    z.object({
      variable: z.string(),
      absent: z.boolean().meta({ description: 'True: it must not come (NOT), and it came.' }),
      stream: z.string().nullable(),
      condition: conditionText,
      held: z.boolean().nullable().meta({ description: 'Of `event`; null without one.' }),
      values: z.record(z.string(), z.unknown()).meta({
        description: 'What the condition reads, of `event` and of events before it.',
      }),
    }),
  ),
  by: placeSchema.nullable().meta({ description: 'The first event of the match that passed over it.' }),
});

export const diagnosisSchema = z
  .object({
    rule: z.string(),
    version: z.int(),
    enabled: z.boolean(),
    failure: z.string().nullable().meta({ description: 'Why it cannot run, or null.' }),
    counts: z
      .object({
        events: z.int().meta({ description: 'Events of its streams that the watermark has reached.' }),
        matches: z.int(),
        alerts: z.int(),
        suppressed: z.int(),
        late: z.int(),
        dropped: z.int().meta({ description: 'Partial matches and keys dropped at a limit.' }),
        degraded_skips: z.int().meta({ description: 'Skips that led nowhere, done as PAST LAST ROW.' }),
        failures: z.int().meta({ description: 'Events that made it fail.' }),
        faults: z.record(z.string(), z.int()).meta({ description: 'Values read as NULL, by reason.' }),
        partial_matches: z.int(),
        keys: z.int().meta({ description: 'Keys with state.' }),
      })
      .meta({ description: 'Since it was made, replaced or resumed.' }),
    watermark: z.object({
      time,
      held_by: z.string().nullable().meta({ description: 'Of several streams the one that holds it back.' }),
      reason: z.string(),
      waiting_events: z.int().meta({ description: 'Events that the watermark has not reached.' }),
      next_deadline: time.meta({ description: 'The next time that a partial match waits for.' }),
    }),
    streams: z.array(streamSchema),
    conditions: z.array(z.object({ variable: z.string(), condition: conditionText, events: z.int() })).meta({
      description:
        'By variable, on how many events it held where it was asked: those that can begin a match, and those that a partial match of their key waited for.',
    }),
    partial_matches: z.object({
      complete: z.boolean().meta({ description: 'False: there are so many that some were not looked at.' }),
      states: z.array(stateSchema),
    }),
    held: z.array(heldSchema).meta({ description: 'Complete matches that are not out yet, and by what.' }),
    nearest_misses: z.array(missSchema).meta({
      description:
        'Starts that gave no match, at most one for each of ten keys: the nearest first, of equally near ones a newer one. Since this server took up the log: they are not kept through a restart.',
    }),
    late: z.array(placeSchema.extend({ watermark: time })).meta({ description: 'The last hundred.' }),
    failed: z
      .array(z.object({ offset: z.int(), message: z.string() }))
      .meta({ description: 'The last hundred.' }),
  })
  .meta({ id: 'Diagnosis' });

/** `latest`: by stream, the data of the event of the latest event time. */
export function showDiagnosis(
  diagnosis: Diagnosis,
  latest: ReadonlyMap<string, JsonValue>,
): z.output<typeof diagnosisSchema> {
  const { rule, version, enabled, failure, census, hits, failed } = diagnosis;
  return {
    ...{ rule, version, enabled, failure, counts: showCounts(diagnosis.counts) },
    watermark: {
      time: iso(diagnosis.watermark),
      held_by: diagnosis.heldBy,
      reason: diagnosis.watermarkReason,
      waiting_events: diagnosis.waitingRows,
      next_deadline: iso(diagnosis.nextDeadline),
    },
    streams: diagnosis.streams.map(({ stream, latestOffset, isIdle, ...each }) => ({
      ...{ stream, events: each.events, late: each.late, watermark: iso(each.watermark) },
      latest_event:
        latestOffset === null
          ? null
          : { offset: latestOffset, time: iso(each.latest), data: latest.get(stream) ?? null },
      ...{ last_arrival: iso(each.lastArrival), idle: isIdle, silence: each.silence },
    })),
    conditions: hits.map(({ variable, condition, rows }) => ({ variable, condition, events: rows })),
    partial_matches: {
      complete: census.isWhole,
      states: census.states.map(({ absent, partialMatches, ...state }) => ({
        ...state,
        ...{ absent: [...absent], partial_matches: partialMatches },
      })),
    },
    held: diagnosis.held.map(showHeld),
    nearest_misses: diagnosis.misses.map(showMiss),
    late: diagnosis.late.map((each) => ({ ...showPlace(each), watermark: iso(each.watermark) })),
    failed: failed.map(({ offset, message }) => ({ offset, message })),
  };
}

function showCounts(counts: Diagnosis['counts']): z.output<typeof diagnosisSchema>['counts'] {
  const { rows, matches, alerts, suppressed, late, dropped, failures, keys } = counts;
  return {
    ...{ events: rows, matches, alerts, suppressed, late, dropped, failures, keys },
    degraded_skips: counts.degradedSkips,
    faults: { ...counts.faults },
    partial_matches: counts.partialMatches,
  };
}

function showHeld({ key: of, start, last, by, holder, waitsFor, until }: Held): z.output<typeof heldSchema> {
  return {
    ...{ key: of, start: showPlace(start), last: last === null ? null : showPlace(last), by },
    ...{ holder: holder === null ? null : showPlace(holder), waits_for: [...waitsFor], until: iso(until) },
  };
}

function showMiss(miss: Miss): z.output<typeof missSchema> {
  const { labels, needs, how, row, deadline, attempts, by } = miss;
  return {
    ...{ key: miss.key, start: showPlace(miss.start) },
    labels: labels.map(({ variable, rows }) => ({ variable, events: rows })),
    ...{ needs, ended_by: how === 'row' ? 'event' : how },
    ...{ event: row === null ? null : showPlace(row), deadline: iso(deadline) },
    waited_for: attempts.map(({ variable, isAbsent, stream, condition, verdict }) => ({
      ...{ variable, absent: isAbsent, stream, condition },
      ...{ held: verdict?.held ?? null, values: verdict?.values ?? {} },
    })),
    by: by === null ? null : showPlace(by),
  };
}

function showPlace({ stream, offset, time: at }: Place): z.output<typeof placeSchema> {
  return { stream, offset, time: iso(at) };
}
