import * as z from 'zod';
import type { Catalog } from '../runtime/catalog.js';
import { explanationSchema, showExplanation } from './explanation_schema.js';
import { type Route, route } from './route.js';
import { ruleFields, ruleOptions, ruleText } from './rule_body.js';

/** How a rule would run. */
export function explainRoute(catalog: Catalog): Route {
  return route('post', '/v1/rules/explain', {
    purpose: {
      id: 'explainRule',
      tag: 'Rules',
      summary: 'How a text would run; nothing is stored',
      description:
        'What its conditions ask of which rows, which of them an index answers, the automaton, what is kept and for how long, and when a match is final.',
    },
    bodies: {
      'application/sql': ruleText,
      'application/json': z.strictObject({ query: z.string(), name: z.string().optional(), ...ruleOptions }),
    },
    responses: { 200: { description: 'Its plan', schema: explanationSchema } },
    problems: ['invalid_rule', 'name_mismatch', 'bad_name', 'bad_option', 'not_built'],
    handle: ({ body }) => {
      const { query, ...rest } = body.type === 'application/sql' ? { query: body.value } : body.value;
      const name = 'name' in rest && rest.name !== undefined ? { name: rest.name } : {};
      return {
        status: 200,
        body: showExplanation(catalog.explain({ query, ...name, ...ruleFields(rest) })),
      };
    },
  });
}
