import { undeclaredSchema } from '../../event/schema.js';
import type { Type } from '../../event/value.js';
import type { From, Identifier, StreamReference } from '../ast.js';
import type { Bound, Source } from '../plan.js';
import { typeText } from '../promotion.js';
import type { Environment } from './environment.js';
import { enumerated, findNamed, isCalled, listed } from './names.js';
import type { Problems } from './problems.js';

/** The most streams that one rule reads. */
export const MAX_STREAMS = 100;

/** The streams of FROM, as they are known; what is wrong with one is noted, and it is left out. */
export function bindSources(
  { streams: references }: From,
  environment: Environment,
  problems: Problems,
): Source[] {
  const sources: Source[] = [];
  const [tooMany] = references.slice(MAX_STREAMS);
  if (tooMany !== undefined) {
    problems.error('too_many_streams', tooMany.span, `FROM has more than ${MAX_STREAMS} streams`);
    return [];
  }
  for (const reference of references) {
    const source = bindSource(reference, environment, problems);
    if (source === null) continue;
    const called = (reference.alias ?? reference.name).name;
    const twice = sources.some(
      (other) => (other.alias ?? other.stream).toLowerCase() === called.toLowerCase(),
    );
    if (twice) {
      problems.error(
        'duplicate_stream',
        reference.span,
        `FROM has two streams called ${called}`,
        'give one an alias',
      );
    } else sources.push(source);
  }
  return sources;
}

function bindSource(
  { name, alias }: StreamReference,
  { streams, unknownStreams }: Environment,
  problems: Problems,
): Source | null {
  const known = findNamed(name, streams, (schema) => schema.name);
  if (known !== undefined) return { stream: known.name, alias: alias?.name ?? null, schema: known };
  const names = streams.map((schema) => schema.name);
  if (unknownStreams === 'refuse') {
    const hint = problems.suggest(name.name, names) ?? 'declare it with CREATE STREAM';
    return problems.error('unknown_stream', name.span, `there is no stream ${name.name}`, hint);
  }
  problems.warn(
    'undeclared_stream',
    name.span,
    `there is no stream ${name.name}: it is made, with no columns declared`,
    problems.suggest(name.name, names) ?? 'with CREATE STREAM its columns and types are checked',
  );
  return { stream: name.name, alias: alias?.name ?? null, schema: undeclaredSchema(name.name) };
}

/** The source that an identifier means, by its alias or else its name. */
export function findSource(identifier: Identifier, sources: readonly Source[]): Source | undefined {
  return (
    sources.find(({ alias }) => alias !== null && isCalled(identifier, alias)) ??
    sources.find(({ alias, stream }) => alias === null && isCalled(identifier, stream)) ??
    sources.find(({ stream }) => isCalled(identifier, stream))
  );
}

/** A column as one source has it: of an undeclared stream any name is one. */
export function columnOf(
  identifier: Identifier,
  { schema }: Source,
): { name: string; type: Type } | undefined {
  if (!schema.declared) return { name: identifier.name, type: { kind: 'ANY' } };
  return findNamed(identifier, schema.columns, ({ name }) => name);
}

/**
 * A column of the current row by its name. `readable`: the sources whose rows can be meant, among `all`: the columns are the
 * union (language.md 4). Null when a problem was noted.
 */
export function bindColumn(
  identifier: Identifier,
  readable: readonly Source[],
  all: readonly Source[],
  problems: Problems,
): Bound | null {
  const found = readable.flatMap((source) => {
    const column = columnOf(identifier, source);
    return column === undefined ? [] : [{ ...column, source }];
  });
  const [first] = found;
  if (first === undefined) return unknownColumn(identifier, readable, problems);
  const other = found.find(({ name }) => name !== first.name);
  const type = found.length === 1 ? first.type : unionType(found.map((each) => each.type));
  if (other !== undefined || type === null) {
    const spelled = found.map(({ name, type: each, source }) =>
      other === undefined ? `${typeText(each)} in ${source.stream}` : `${name} in ${source.stream}`,
    );
    return problems.error(
      'ambiguous_column',
      identifier.span,
      `${identifier.name} is ${listed(spelled)}`,
      'write it behind the variable or stream that it belongs to',
    );
  }
  const streams = [...new Set(found.map(({ source }) => source.stream))];
  const isEverywhere = new Set(all.map(({ stream }) => stream)).size === streams.length;
  return { kind: 'column', type, name: first.name, streams: isEverywhere ? null : streams };
}

/** One type for a column of several streams, or null. JSON has no times: with an undeclared stream they cannot be mixed. */
function unionType(types: readonly Type[]): Type | null {
  const [first] = types;
  if (first === undefined) return null;
  if (types.every((type) => JSON.stringify(type) === JSON.stringify(first))) return first;
  const declared = types.filter(({ kind }) => kind !== 'ANY');
  if (declared.length === types.length) return null;
  const isPlain = declared.every(({ kind }) => ['BOOLEAN', 'BIGINT', 'DOUBLE', 'VARCHAR'].includes(kind));
  return isPlain ? { kind: 'ANY' } : null;
}

function unknownColumn(
  { name, span, quoted }: Identifier,
  sources: readonly Source[],
  problems: Problems,
): null {
  const candidates = sources.flatMap(({ schema }) => schema.columns.map((column) => column.name));
  const [only, ...others] = sources.map(({ stream }) => stream);
  const message =
    others.length === 0
      ? `${only ?? 'the stream'} has no column ${name}`
      : `none of the streams ${listed([only!, ...others])} has a column ${name}`;
  const hint =
    problems.suggest(name, candidates) ??
    (quoted
      ? `"..." is a name; a text is written '${name}'`
      : enumerated('it has', [...new Set(candidates)]));
  return problems.error('unknown_column', span, message, hint);
}
