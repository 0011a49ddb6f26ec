import * as z from 'zod';
import { formatDuration } from '../event/duration.js';
import type { RuleExplanation } from '../runtime/explanation.js';
import { warningSchema } from './shared_schemas.js';

const named = z.object({ name: z.string(), expression: z.string().meta({ description: 'As SQL.' }) });
const sentences = z.array(z.string()).meta({ description: 'For a person.' });

const indexSchema = z.object({
  stream: z.string(),
  indexed: z.boolean().meta({
    description:
      'True: only rows that pass one of `tests` are looked at, or whose key holds a partial match.',
  }),
  tests: z.array(z.string()),
  reason: z.string(),
});

const conditionSchema = z.object({
  variable: z.string(),
  roles: z.array(z.enum(['label', 'absent', 'absent_before', 'absent_after'])).meta({
    description: '`label`: rows get its label. The others: NOT within the pattern, at its start, at its end.',
  }),
  stream: z.string().nullable().meta({ description: 'Only rows of this stream can be it; null: any.' }),
  condition: z.string().nullable().meta({ description: 'As SQL; null: every row can be it.' }),
  reads_row_alone: z.boolean().meta({
    description: 'True: asked once a row. False: for each partial match, as it reads earlier rows.',
  }),
  columns: z.array(z.string()).meta({ description: 'What it reads of the row.' }),
  earlier: z.array(z.string()).meta({ description: 'What it reads of earlier rows.' }),
  can_begin: z.boolean().meta({ description: 'A match can begin with it.' }),
  index_tests: z.array(z.string()).nullable().meta({
    description: 'What rows can be looked up by for it; null: nothing.',
  }),
  index_note: z.string(),
});

const stateSchema = z.object({
  id: z.string(),
  kind: z.enum(['label', 'gap', 'wait', 'match', 'match_at_end']).meta({
    description:
      '`label`: the next row has to be `variable`. `gap`: any row but `absent`. `wait`: the same until WITHIN is over, which completes the match.',
  }),
  variable: z.string().nullable(),
  excluded: z.boolean(),
  absent: z.array(z.string()),
  needs: z.int().meta({ description: 'Labelled rows from here to a match, at least.' }),
  next: z.array(z.string()).meta({ description: 'Where it goes on, in order of preference.' }),
});

const automatonSchema = z.object({
  starts: z.array(z.object({ state: z.string(), only_first_row: z.boolean() })),
  states: z.array(stateSchema),
  notes: z.array(z.string()).meta({ description: 'What is drawn otherwise than it runs.' }),
  instructions: z.int().meta({ description: 'Of the program that runs, with loops written out.' }),
  mermaid: z.string().meta({ description: 'The same as a mermaid `stateDiagram-v2`.' }),
});

const matchSchema = z.object({
  pattern: z.string(),
  key: z.array(named).meta({ description: 'PARTITION BY.' }),
  order_by: z.array(z.string()),
  measures: z.array(named).meta({ description: 'MEASURES, where the output reads them; else empty.' }),
  conditions: z.array(conditionSchema),
  automaton: automatonSchema,
  kept: z.object({
    within: z.string().nullable().meta({ example: '10 MINUTES' }),
    lookback: z.int().meta({ description: 'Rows before a start that can still be read.' }),
    rows: z.boolean().meta({ description: 'Rows are kept that no partial match labelled.' }),
    keys: z.boolean().meta({ description: 'State of a key stays when it has no partial match.' }),
    merged: z.boolean().meta({ description: 'Partial matches in the same states are one.' }),
    limits: z.object({
      partial_matches_per_key: z.int(),
      partial_matches_per_rule: z.int(),
      keys_per_rule: z.int(),
      matches_per_row: z.int(),
    }),
    sentences,
  }),
  finality: z.object({
    discipline: z.enum(['independent', 'front', 'sequential', 'earliest', 'any']).meta({
      description:
        '`front`: the starts of a key are decided in order. `sequential`: one begins when the one before is decided. The others do not wait for each other.',
    }),
    completes: z.enum(['row', 'deadline']),
    waits: z
      .array(z.enum(['longer', 'preferred']))
      .nullable()
      .meta({
        description:
          'What a complete match can wait for: more rows, another way that is preferred. Null: the pattern is too large to say.',
      }),
    sentences,
  }),
  skip: z.object({ clause: z.string(), sentence: z.string() }),
});

export const explanationSchema = z
  .object({
    rule: z.string(),
    input: z.enum(['stream', 'bounded']).meta({ description: 'On a server always `stream`.' }),
    streams: z.array(
      z.object({
        stream: z.string(),
        declared: z.boolean(),
        event_time: z.string().nullable().meta({ description: 'The column; null: the arrival.' }),
        delay: z.string().meta({ description: 'Of the watermark.', example: '2 SECONDS' }),
        key: z.array(z.string()),
      }),
    ),
    indexes: z.array(indexSchema),
    where: z.string().nullable(),
    output: z.array(named),
    match: matchSchema.nullable().meta({ description: 'Null for a plain SELECT.' }),
    warnings: z.array(
      warningSchema.extend({ why: z.string().nullable().meta({ description: 'At more length.' }) }),
    ),
  })
  .meta({ id: 'Explanation' });

/** An explanation as the API and `tocsin explain --format json` write it. */
export function showExplanation(explanation: RuleExplanation): z.output<typeof explanationSchema> {
  const { rule, input, streams, indexes, where, output, match, warnings } = explanation;
  return {
    rule,
    input,
    streams: streams.map(({ stream, isDeclared, eventTime, delay, key }) => ({
      ...{ stream, declared: isDeclared, event_time: eventTime, delay: formatDuration(delay), key: [...key] },
    })),
    indexes: indexes.map(({ stream, isIndexed, tests, reason }) => ({
      ...{ stream, indexed: isIndexed, tests: [...tests], reason },
    })),
    where,
    output: [...output],
    match: match === null ? null : showMatch(match),
    warnings: [...warnings],
  };
}

function showMatch(match: NonNullable<RuleExplanation['match']>): z.output<typeof matchSchema> {
  const { pattern, key, orderBy, measures, predicates, automaton, mermaid, keeping, finality, skip } = match;
  const { limits } = keeping;
  return {
    ...{ pattern, key: [...key], order_by: [...orderBy], measures: [...measures] },
    conditions: predicates.map((each) => ({
      ...{ variable: each.variable, roles: [...each.roles], stream: each.stream, condition: each.condition },
      ...{ reads_row_alone: each.readsRowAlone, columns: [...each.columns], earlier: [...each.earlier] },
      can_begin: each.canBegin,
      index_tests: each.indexTests === null ? null : [...each.indexTests],
      index_note: each.indexNote,
    })),
    automaton: {
      starts: automaton.starts.map(({ state, onlyFirstRow }) => ({ state, only_first_row: onlyFirstRow })),
      states: automaton.states.map((state) => ({
        ...state,
        absent: [...state.absent],
        next: [...state.next],
      })),
      notes: [...automaton.notes],
      instructions: automaton.instructions,
      mermaid,
    },
    kept: {
      within: keeping.within === null ? null : formatDuration(keeping.within),
      ...{ lookback: keeping.lookback, rows: keeping.keepsRows, keys: keeping.keepsKeys },
      merged: keeping.isMerged,
      limits: {
        partial_matches_per_key: limits.partialMatchesPerKey,
        partial_matches_per_rule: limits.partialMatchesPerRule,
        keys_per_rule: limits.keysPerRule,
        matches_per_row: limits.matchesPerRow,
      },
      sentences: [...keeping.sentences],
    },
    finality: {
      ...finality,
      waits: finality.waits === null ? null : [...finality.waits],
      sentences: [...finality.sentences],
    },
    skip,
  };
}
