import { type Column, type StreamSchema, undeclaredSchema } from '../../event/schema.js';
import type { CreateStream, Expression, WatermarkDefinition } from '../ast.js';
import type { Diagnostic } from '../diagnostic.js';
import { typeText } from '../promotion.js';
import { bindType } from './column_type.js';
import { bindLiteral } from './constants.js';
import { enumerated, findNamed, isCalled } from './names.js';
import { OptionList } from './option_list.js';
import { Problems } from './problems.js';

const OPTIONS: readonly string[] = ['key', 'id', 'idle_timeout', 'live_within', 'max_ahead', 'retention'];

/** CREATE STREAM as a schema with every problem of it; the schema is null when one of them is an error. */
export function bindStream(statement: CreateStream): {
  schema: StreamSchema | null;
  diagnostics: readonly Diagnostic[];
} {
  const problems = new Problems();
  const columns = bindColumns(statement, problems);
  const { eventTime, delay } = bindWatermark(statement.watermark, columns, problems);
  const options = new OptionList(statement.options, OPTIONS, { parameters: {} }, problems);
  const defaults = undeclaredSchema(statement.name.name);
  const named = (option: string, names: readonly string[]): readonly string[] =>
    names.flatMap((name) => columnNamed(option, name, columns, options) ?? []);
  const schema: StreamSchema = {
    name: statement.name.name,
    declared: true,
    columns,
    eventTime,
    delay,
    key: [...new Set(named('key', options.list('key', 'card')))],
    id: named('id', [options.text('id', 'event_id') ?? []].flat())[0] ?? null,
    idleTimeout: isOff('idle_timeout', options)
      ? null
      : (options.duration('idle_timeout') ?? defaults.idleTimeout),
    liveWithin: options.duration('live_within') ?? defaults.liveWithin,
    maxAhead: options.duration('max_ahead') ?? defaults.maxAhead,
    retention: isOff('retention', options) ? null : options.duration('retention'),
  };
  return { schema: problems.hasErrors ? null : schema, diagnostics: problems.inOrder() };
}

function bindColumns({ columns, name }: CreateStream, problems: Problems): readonly Column[] {
  const bound: Column[] = [];
  for (const column of columns) {
    const type = bindType(column.type, problems);
    const twice = bound.some((other) => isCalled(column.name, other.name));
    if (twice)
      problems.error(
        'duplicate_column',
        column.name.span,
        `the stream has two columns named ${column.name.name}`,
      );
    // A type that is wrong leaves the column known, so that it is not missed further down.
    else bound.push({ name: column.name.name, type: type ?? { kind: 'ANY' }, nullable: !column.notNull });
  }
  if (bound.length === 0) problems.error('no_columns', name.span, 'the stream has no column');
  return bound;
}

/** `WATERMARK FOR at AS at - INTERVAL '2' SECOND`: the event time, and how far the watermark stays behind the latest. */
function bindWatermark(
  watermark: WatermarkDefinition | null,
  columns: readonly Column[],
  problems: Problems,
): Pick<StreamSchema, 'eventTime' | 'delay'> {
  if (watermark === null || columns.length === 0) return { eventTime: null, delay: 0 };
  const { column, expression } = watermark;
  const found = findNamed(column, columns, ({ name }) => name);
  if (found === undefined) {
    const hint = problems.suggest(
      column.name,
      columns.map(({ name }) => name),
    );
    problems.error('unknown_column', column.span, `the stream has no column ${column.name}`, hint);
  } else if (found.type.kind !== 'TIMESTAMP' && found.type.kind !== 'ANY') {
    problems.error(
      'bad_watermark',
      column.span,
      `${found.name} is ${typeText(found.type)}, and the event time is a TIMESTAMP`,
    );
  }
  const delay = delayOf(expression, found?.name ?? column.name, watermark, problems);
  return { eventTime: found?.name ?? null, delay };
}

function delayOf(
  expression: Expression,
  column: string,
  { span }: WatermarkDefinition,
  problems: Problems,
): number {
  const isColumn = (each: Expression): boolean => {
    const [name, ...rest] = each.kind === 'reference' ? each.path : [];
    return name?.kind === 'identifier' && rest.length === 0 && isCalled(name, column);
  };
  if (isColumn(expression)) return 0;
  if (
    expression.kind === 'binary' &&
    expression.operator === '-' &&
    isColumn(expression.left) &&
    expression.right.kind === 'interval'
  ) {
    const bound = bindLiteral(expression.right, problems);
    if (bound === null) return 0;
    if (typeof bound.value === 'number' && bound.value >= 0) return bound.value;
    problems.error('bad_watermark', expression.right.span, 'the delay cannot be negative');
    return 0;
  }
  const hint = `write WATERMARK FOR ${column} AS ${column} - INTERVAL '2' SECOND`;
  problems.error(
    'bad_watermark',
    expression.span ?? span,
    `a watermark is the column ${column}, or it less an INTERVAL`,
    hint,
  );
  return 0;
}

function columnNamed(
  option: string,
  name: string,
  columns: readonly Column[],
  options: OptionList,
): string | null {
  const found =
    columns.find((each) => each.name === name) ??
    columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
  const names = columns.map((each) => each.name);
  if (found === undefined) {
    return options.refuse(
      option,
      `the stream has no column ${name}`,
      options.suggest(name, names) ?? enumerated('it has', names),
    );
  }
  if (found.type.kind === 'ARRAY' || found.type.kind === 'ROW') {
    return options.refuse(
      option,
      `${found.name} is ${typeText(found.type)}, and ${option} takes single values`,
    );
  }
  return found.name;
}

function isOff(name: string, options: OptionList): boolean {
  return options.has(name) && options.text(name, '10 SECONDS')?.toLowerCase() === 'off';
}
