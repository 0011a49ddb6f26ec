import * as z from 'zod';
import type { RuleFields } from '../runtime/rule-fields.js';
import { sql } from './shared_schemas.js';

const severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const suppress = z.strictObject({ by: z.array(z.string()), for: z.string().meta({ example: '10 MINUTES' }) });

/** What options can be. */
export const ruleValues = { severity, params };

/** The options of a rule beside its text. */
export const ruleOptions = {
  severity: severity.optional(),
  notify: z.array(z.string()).max(100).optional().meta({ description: 'Destinations by name.' }),
  params: params.optional().meta({ description: 'Values of the `:name` parameters in the text.' }),
  suppress: suppress.nullable().optional(),
  on_update: z.enum(['reset', 'keep', 'replay']).optional(),
  enabled: z.boolean().optional(),
};

/** A rule's text. */
export const ruleText = sql.meta({
  example:
    'SELECT cashout.card, COUNT(probe.*) AS probes FROM payments MATCH_RECOGNIZE (\n' +
    "  PARTITION BY card PATTERN (probe{3,} -> cashout) WITHIN INTERVAL '10' MINUTE\n" +
    '  DEFINE probe AS amount < 2, cashout AS amount > 500)',
});

/** A rule as it is put. */
export const ruleBodies = {
  'application/sql': ruleText.meta({ description: 'The SELECT, or the whole CREATE RULE.' }),
  'application/json': z
    .strictObject({ query: z.string(), ...ruleOptions })
    .meta({ description: 'Fields win over WITH in the text.' }),
};

interface JsonFields {
  readonly severity?: string | undefined;
  readonly notify?: readonly string[] | undefined;
  readonly params?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  readonly suppress?: { readonly by: readonly string[]; readonly for: string } | null | undefined;
  readonly on_update?: string | undefined;
  readonly enabled?: boolean | undefined;
}

/** Only what was given: what is left out comes from the text. */
export function ruleFields({
  severity,
  notify,
  params,
  suppress,
  on_update,
  enabled,
}: JsonFields): RuleFields {
  return {
    ...(severity === undefined ? {} : { severity }),
    ...(notify === undefined ? {} : { notify }),
    ...(params === undefined ? {} : { params }),
    ...(suppress === undefined ? {} : { suppress }),
    ...(on_update === undefined ? {} : { onUpdate: on_update }),
    ...(enabled === undefined ? {} : { enabled }),
  };
}
