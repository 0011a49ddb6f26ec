import type { Option } from '../ast.js';
import type { OutputColumn, RuleOptions } from '../plan.js';
import type { Environment } from './environment.js';
import { enumerated } from './names.js';
import { OptionList } from './option_list.js';
import type { Problems } from './problems.js';

const NAMES: readonly string[] = [
  'severity',
  'notify',
  'suppress_by',
  'suppress_for',
  'on_update',
  'enabled',
];

/** WITH of CREATE RULE (language.md 1). `columns`: what the rule gives, for suppress_by; null where it could not be bound. */
export function bindRuleOptions(
  options: readonly Option[],
  columns: readonly OutputColumn[] | null,
  environment: Environment,
  problems: Problems,
): RuleOptions {
  const list = new OptionList(options, NAMES, environment, problems);
  const notify = list.list('notify', 'fraud-desk, on-call');
  checkDestinations(notify, list, environment);
  const suppressFor = list.duration('suppress_for');
  return {
    severity: list.oneOf('severity', ['info', 'low', 'medium', 'high', 'critical']) ?? 'medium',
    notify,
    suppressBy: suppressBy(list, columns),
    suppressFor,
    onUpdate: list.oneOf('on_update', ['reset', 'keep', 'replay']) ?? 'reset',
    enabled: list.boolean('enabled') ?? true,
  };
}

function checkDestinations(notify: readonly string[], list: OptionList, { destinations }: Environment): void {
  if (destinations === null) return;
  for (const name of notify) {
    if (destinations.has(name)) continue;
    const there = destinations.size === 0 ? 'there are none yet' : enumerated('there are', [...destinations]);
    list.refuse('notify', `there is no destination ${name}`, list.suggest(name, destinations) ?? there);
  }
}

function suppressBy(list: OptionList, columns: readonly OutputColumn[] | null): readonly string[] {
  const names = list.list('suppress_by', 'card, merchant');
  if (list.has('suppress_by') && !list.has('suppress_for')) {
    list.refuse(
      'suppress_by',
      'suppress_by says which alerts are alike; suppress_for must say how long they are held back',
      "add suppress_for = '10 MINUTES'",
    );
  }
  if (columns === null || columns.some(({ spread }) => spread === true)) return names;
  const found = names.map((name) => {
    const column =
      columns.find((each) => each.name === name) ??
      columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (column !== undefined) return column.name;
    const known = columns.map((each) => each.name);
    list.refuse(
      'suppress_by',
      `the rule gives no column ${name}`,
      list.suggest(name, known) ?? enumerated('it gives', known),
    );
    return name;
  });
  return [...new Set(found)];
}
