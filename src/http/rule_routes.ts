import * as z from 'zod';
import type { Catalog } from '../runtime/catalog.js';
import { RuntimeError } from '../runtime/error.js';
import type { RuleVersionView, RuleView } from '../runtime/views.js';
import { decodeCursor } from './cursor.js';
import { textErrors } from './diagnostics.js';
import { iso, page, pageOf, pageQuery, timeOut } from './page.js';
import { preconditionsOf } from './preconditions.js';
import { type Route, route } from './route.js';
import { ruleBodies, ruleFields, ruleOptions, ruleText, ruleValues } from './rule_body.js';
import { ETAG, named, warningSchema } from './shared_schemas.js';

const { severity, params } = ruleValues;

const stored = {
  query: z.string().meta({ description: 'The canonical text.' }),
  severity,
  notify: z.array(z.string()),
  params,
  suppress: z.object({ by: z.array(z.string()), for: z.string() }).nullable(),
  enabled: z.boolean(),
  version: z.int(),
};

const ruleSchema = z
  .object({
    name: z.string(),
    ...stored,
    on_update: z.string(),
    streams: z.array(z.string()).meta({ description: 'The streams that it reads.' }),
    created_at: timeOut,
    updated_at: timeOut,
    warnings: z.array(warningSchema),
    failure: z.string().nullable().meta({ description: 'Why it cannot run, or null.' }),
  })
  .meta({ id: 'Rule' });

const versionSchema = z
  .object({
    ...stored,
    change: z.enum(['put', 'pause', 'resume', 'delete']),
    at: timeOut,
    by: z.string().nullable().meta({ description: 'The name of the key; null without keys.' }),
  })
  .meta({ id: 'RuleVersion' });

const placedSchema = warningSchema.extend({ context: z.string() }).meta({ id: 'Diagnostic' });

const validationSchema = z
  .object({
    valid: z.boolean(),
    query: z.string().nullable().meta({ description: 'The canonical text; null when it is not valid.' }),
    diagnostics: z.array(placedSchema).meta({ description: 'What is wrong: all of it at once.' }),
    warnings: z.array(placedSchema),
  })
  .meta({ id: 'Validation' });

const one = { description: 'The rule', schema: ruleSchema, headers: ETAG };

/** Rules: put, get, list, delete, pause, resume, history, and a check that stores nothing. */
export function ruleRoutes(catalog: Catalog): Route[] {
  return [
    route('get', '/v1/rules', {
      purpose: { id: 'listRules', tag: 'Rules', summary: 'Every rule, by name' },
      query: pageQuery,
      responses: { 200: { description: 'A page of rules', schema: pageOf(ruleSchema) } },
      problems: ['invalid_cursor'],
      handle: ({ query: { limit, cursor } }) => {
        const found = catalog.rules(decodeCursor('rules', cursor) ?? '', limit + 1);
        return { status: 200, body: page('rules', found, limit, ({ name }) => name, showRule) };
      },
    }),
    route('post', '/v1/rules/validate', {
      purpose: { id: 'validateRule', tag: 'Rules', summary: 'Check a text; nothing is stored' },
      bodies: {
        'application/sql': ruleText,
        'application/json': z.strictObject({
          query: z.string(),
          name: z.string().optional(),
          ...ruleOptions,
        }),
      },
      responses: { 200: { description: 'What is right and wrong with it', schema: validationSchema } },
      handle: ({ body }) => {
        const { query, ...rest } = body.type === 'application/sql' ? { query: body.value } : body.value;
        const name = 'name' in rest && rest.name !== undefined ? { name: rest.name } : {};
        const found = catalog.validate({ query, ...name, ...ruleFields(rest) });
        return {
          status: 200,
          body: {
            valid: found.valid,
            query: found.query,
            diagnostics: textErrors(query, found.diagnostics, 'error'),
            warnings: textErrors(query, found.diagnostics, 'warning'),
          },
        };
      },
    }),
    route('put', '/v1/rules/{name}', {
      purpose: {
        id: 'putRule',
        tag: 'Rules',
        summary: 'Register a rule, or replace it',
        description:
          'It sees the events after its own record in the log. The same text and options again change nothing.',
      },
      params: named,
      bodies: ruleBodies,
      guarded: true,
      responses: { 200: one, 201: { ...one, description: 'The rule is new' } },
      problems: [
        'invalid_rule',
        'name_mismatch',
        'bad_name',
        'bad_option',
        'not_built',
        'name_conflict',
        'incompatible_change',
        'limit_reached',
        'not_ready',
        'store_full',
      ],
      handle: async ({ params: { name }, body, headers, by }) => {
        const { query, ...rest } = body.type === 'application/sql' ? { query: body.value } : body.value;
        const { rule, created } = await catalog.putRule(name, {
          query,
          ...ruleFields(rest),
          ...preconditionsOf(headers),
          by,
        });
        return { status: created ? 201 : 200, body: showRule(rule), headers: { etag: rule.etag } };
      },
    }),
    route('get', '/v1/rules/{name}', {
      purpose: { id: 'getRule', tag: 'Rules', summary: 'One rule' },
      params: named,
      responses: { 200: one },
      problems: ['unknown_rule'],
      handle: ({ params: { name } }) => {
        const rule = catalog.rule(name);
        if (rule === null) throw new RuntimeError('unknown_rule', `there is no rule ${name}`);
        return { status: 200, body: showRule(rule), headers: { etag: rule.etag } };
      },
    }),
    route('delete', '/v1/rules/{name}', {
      purpose: { id: 'deleteRule', tag: 'Rules', summary: 'Delete a rule and its state; its alerts stay' },
      params: named,
      guarded: true,
      responses: { 204: { description: 'It is gone' } },
      problems: ['unknown_rule', 'not_ready'],
      handle: async ({ params: { name }, headers, by }) => {
        await catalog.deleteRule(name, { ...preconditionsOf(headers), by });
        return { status: 204 };
      },
    }),
    ...(['pause', 'resume'] as const).map((verb) =>
      route('post', `/v1/rules/{name}/${verb}`, {
        purpose: {
          id: `${verb}Rule`,
          tag: 'Rules',
          summary:
            verb === 'pause'
              ? 'Stop a rule; it sees no events until it is resumed'
              : 'Let a paused rule go on',
        },
        params: named,
        guarded: true,
        responses: { 200: one },
        problems: ['unknown_rule', 'not_ready'],
        handle: async ({ params: { name }, headers, by }) => {
          const rule = await catalog[verb](name, { ...preconditionsOf(headers), by });
          return { status: 200, body: showRule(rule), headers: { etag: rule.etag } };
        },
      }),
    ),
    route('get', '/v1/rules/{name}/versions', {
      purpose: {
        id: 'listRuleVersions',
        tag: 'Rules',
        summary: 'What a rule was before, oldest first',
        description:
          'A line for each time that it was put, paused, resumed or deleted; the latest 100 are kept, those of a deleted rule too.',
      },
      params: named,
      query: pageQuery,
      responses: { 200: { description: 'A page of versions', schema: pageOf(versionSchema) } },
      problems: ['unknown_rule', 'invalid_cursor', 'store_unavailable'],
      handle: async ({ params: { name }, query: { limit, cursor } }) => {
        const found = await catalog.versions(name, decodeCursor('versions', cursor) ?? '', limit + 1);
        return {
          status: 200,
          body: page('versions', found, limit, (version) => version.cursor, showVersion),
        };
      },
    }),
  ];
}

function showRule(view: RuleView): object {
  const { name, query, severity, notify, params, suppress, enabled, version, streams, warnings, failure } =
    view;
  return {
    name,
    query,
    severity,
    notify,
    params,
    suppress,
    on_update: view.onUpdate,
    enabled,
    version,
    streams,
    created_at: iso(view.createdAt),
    updated_at: iso(view.updatedAt),
    warnings,
    failure,
  };
}

function showVersion(view: RuleVersionView): object {
  const { query, severity, notify, params, suppress, enabled, version, change, by } = view;
  return { query, severity, notify, params, suppress, enabled, version, change, at: iso(view.at), by };
}
