import { formatDuration, parseDuration } from '../event/duration.js';
import type { AlertSeverity, RuleOptions, RulePlan } from '../language/plan.js';
import type { Parameters, RuleDefinition, Suppress } from './change.js';
import { RuntimeError } from './error.js';

/** Fields of a request that stand beside a rule's text; one that is there wins over the text's WITH option. */
export interface RuleFields {
  readonly severity?: string;
  readonly notify?: readonly string[];
  readonly params?: Parameters;
  readonly suppress?: { readonly by: readonly string[]; readonly for: string } | null;
  readonly onUpdate?: string;
  readonly enabled?: boolean;
}

/** A rule's options, the text's and the request's put together. */
export type RuleSettings = Pick<
  RuleDefinition,
  'severity' | 'notify' | 'params' | 'suppress' | 'onUpdate' | 'enabled'
>;

const SEVERITIES: readonly AlertSeverity[] = ['info', 'low', 'medium', 'high', 'critical'];
const ON_UPDATE: readonly RuleOptions['onUpdate'][] = ['reset', 'keep', 'replay'];

/**
 * Puts the text's options and the request's fields together.
 * Throws RuntimeError `bad_option` for a value that does not fit, `not_built` for one that is not built.
 */
export function mergeFields(
  fields: RuleFields,
  plan: RulePlan,
  destinations: ReadonlySet<string>,
): RuleSettings {
  const { options } = plan;
  const notify = [...new Set(fields.notify ?? options.notify)];
  for (const name of notify) if (!destinations.has(name)) throw unknownDestination(name, destinations);
  const onUpdate =
    fields.onUpdate === undefined ? options.onUpdate : pick('on_update', fields.onUpdate, ON_UPDATE);
  if (onUpdate !== 'reset') {
    const message = `on_update '${onUpdate}' is not built yet: leave it out, and a changed rule starts afresh`;
    throw new RuntimeError('not_built', message, { field: 'on_update' });
  }
  return {
    severity:
      fields.severity === undefined ? options.severity : pick('severity', fields.severity, SEVERITIES),
    notify,
    params: fields.params ?? {},
    suppress: suppression(fields.suppress, plan),
    onUpdate,
    enabled: fields.enabled ?? options.enabled,
  };
}

function suppression(wanted: RuleFields['suppress'], { options, columns }: RulePlan): Suppress | null {
  if (wanted === null) return null;
  if (wanted === undefined) {
    if (options.suppressFor === null) return null;
    return { by: options.suppressBy, for: formatDuration(options.suppressFor) };
  }
  const names = columns.map(({ name }) => name);
  const strange = wanted.by.find((name) => !names.includes(name));
  if (strange !== undefined) {
    throw bad('suppress', `suppress.by names '${strange}'; the rule's columns are ${names.join(', ')}`);
  }
  if (parseDuration(wanted.for) === null) {
    throw bad('suppress', `suppress.for is '${wanted.for}'; write a duration such as '10 MINUTES'`);
  }
  return { by: wanted.by, for: wanted.for };
}

function pick<T extends string>(field: string, value: string, from: readonly T[]): T {
  const found = from.find((each) => each === value);
  if (found === undefined) throw bad(field, `${field} is '${value}'; it can be ${from.join(', ')}`);
  return found;
}

function unknownDestination(name: string, known: ReadonlySet<string>): RuntimeError {
  const there = known.size === 0 ? 'there are none yet' : `there are ${[...known].join(', ')}`;
  return bad(
    'notify',
    `notify names '${name}', which is no destination (${there}): PUT /v1/destinations/${name} first`,
  );
}

function bad(field: string, message: string): RuntimeError {
  return new RuntimeError('bad_option', message, { field });
}
