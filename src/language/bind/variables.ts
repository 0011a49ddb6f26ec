import type { Definition, Identifier, MatchRecognize, Pattern, Subset } from '../ast.js';
import type { Span } from '../diagnostic.js';
import type { Source } from '../plan.js';
import { enumerated, findNamed, isCalled } from './names.js';
import type { Problems } from './problems.js';
import { findSource } from './sources.js';

/** A pattern variable (ISO 7.9) before its condition is bound. */
export interface Variable {
  readonly index: number;
  /** As PATTERN spells it first. */
  readonly name: string;
  readonly span: Span;
  /** It stands in PATTERN as itself: rows can have its label. Else it is only what must be absent (NOT). */
  readonly isLabelled: boolean;
  /** It stands behind NOT, perhaps besides. */
  readonly isWatched: boolean;
  readonly definition: Definition | null;
  /** Only rows of this source can take it; null: any. */
  readonly source: Source | null;
}

/** What a name behind which `.column` stands can mean in a match: a variable or a SUBSET. */
export interface RowSet {
  readonly name: string;
  /** Indexes of variables. */
  readonly set: readonly number[];
}

/** The pattern variables and subsets of one MATCH_RECOGNIZE. */
export class Variables {
  constructor(
    readonly list: readonly Variable[],
    readonly subsets: readonly RowSet[],
    private readonly sources: readonly Source[],
  ) {}

  /** A variable or subset by name. */
  find(identifier: Identifier): RowSet | undefined {
    const variable = findNamed(identifier, this.list, ({ name }) => name);
    if (variable !== undefined) return { name: variable.name, set: [variable.index] };
    return findNamed(identifier, this.subsets, ({ name }) => name);
  }

  /** The sources that rows labelled with a variable of the set can be of; of any row for null. */
  sourcesOf(set: readonly number[] | null): readonly Source[] {
    if (set === null) return this.sources;
    const bound = set.map((index) => this.list[index]?.source ?? null);
    if (bound.includes(null)) return this.sources;
    return this.sources.filter((source) => bound.includes(source));
  }

  /** Whether a name alone is that of a variable or subset, and no column is called so: of an undeclared stream any could be. */
  isAlone(name: Identifier): boolean {
    if (this.find(name) === undefined) return false;
    return this.sources.every(
      ({ schema }) => schema.declared && !schema.columns.some((column) => isCalled(name, column.name)),
    );
  }

  /** Whether what stands before a dot is neither a variable nor a column. */
  isUnknown(name: Identifier): boolean {
    if (this.find(name) !== undefined) return false;
    return this.sources.every(
      ({ schema }) =>
        schema.declared && findNamed(name, schema.columns, (column) => column.name) === undefined,
    );
  }

  refuseUnknown({ name, span }: Identifier, problems: Problems): null {
    const columns = this.sources.flatMap(({ schema }) => schema.columns.map((column) => column.name));
    const hint = problems.suggest(name, [...this.names, ...columns]) ?? enumerated('PATTERN has', this.names);
    return problems.error('unknown_column', span, `${name} is neither a pattern variable nor a column`, hint);
  }

  get names(): readonly string[] {
    return [...this.list, ...this.subsets].map(({ name }) => name);
  }

  refuseAlone({ name, span }: Identifier, problems: Problems): null {
    const message = `${name} is a pattern variable: say which column of it`;
    const hint = `write ${name}.column, or COUNT(${name}.*) for the number of its rows`;
    return problems.error('variable_without_column', span, message, hint);
  }
}

/** Finds the variables in PATTERN and what DEFINE and SUBSET say of them. */
export function bindVariables(
  { pattern, define, subsets }: MatchRecognize,
  sources: readonly Source[],
  problems: Problems,
): Variables {
  const labelled: Identifier[] = [];
  const watched: Identifier[] = [];
  collect(pattern, labelled, watched);
  const distinct: Identifier[] = [];
  for (const identifier of [...labelled, ...watched]) {
    if (!distinct.some(({ name }) => isCalled(identifier, name))) distinct.push(identifier);
  }
  const definitions = checkDefinitions(define, distinct, subsets, problems);
  const list = distinct.map((identifier, index): Variable => {
    const { name, span } = identifier;
    const definition = definitions.find(({ variable }) => isCalled(variable, name)) ?? null;
    return {
      index,
      name,
      span,
      isLabelled: labelled.some((other) => isCalled(other, name)),
      isWatched: watched.some((other) => isCalled(other, name)),
      definition,
      source: sourceOf(identifier, definition, sources),
    };
  });
  for (const { name, span, isWatched, definition, source } of list) {
    if (!isWatched || definition !== null || source !== null) continue;
    const message = `NOT ${name} needs a condition: without one every row is ${name}`;
    problems.error('absent_without_define', span, message, `write DEFINE ${name} AS ...`);
  }
  return new Variables(list, bindSubsets(subsets, list, problems), sources);
}

function collect(pattern: Pattern, labelled: Identifier[], watched: Identifier[]): void {
  switch (pattern.kind) {
    case 'pattern_variable':
      labelled.push(pattern.name);
      return;
    case 'pattern_not':
      watched.push(...pattern.variables);
      return;
    case 'pattern_concatenation':
    case 'pattern_permute':
      for (const element of pattern.elements) collect(element, labelled, watched);
      return;
    case 'pattern_alternation':
      for (const branch of pattern.branches) collect(branch, labelled, watched);
      return;
    case 'pattern_quantified':
    case 'pattern_group':
    case 'pattern_exclusion':
      collect(pattern.body, labelled, watched);
  }
}

/** ISO 7.7: each DEFINE is of a primary variable of PATTERN, and there is one for each at most. */
function checkDefinitions(
  define: readonly Definition[],
  variables: readonly Identifier[],
  subsets: readonly Subset[],
  problems: Problems,
): readonly Definition[] {
  return define.filter(({ variable }, i) => {
    const { name, span } = variable;
    if (define.slice(0, i).some((other) => isCalled(variable, other.variable.name))) {
      problems.error('duplicate_define', span, `${name} is defined twice`);
      return false;
    }
    if (variables.some((other) => isCalled(variable, other.name))) return true;
    if (subsets.some((subset) => isCalled(variable, subset.name.name))) {
      problems.error('define_of_subset', span, `${name} is a SUBSET: define its members`);
    } else {
      const hint = problems.suggest(
        name,
        variables.map((each) => each.name),
      );
      problems.error('unknown_variable', span, `${name} is defined but is not in PATTERN`, hint);
    }
    return false;
  });
}

/** The stream that a variable is bound to: `DEFINE v AS stream`, or by having the stream's name (language.md 4). */
function sourceOf(
  name: Identifier,
  definition: Definition | null,
  sources: readonly Source[],
): Source | null {
  const defined = definition === null ? undefined : streamOf(definition, sources);
  return defined ?? findSource(name, sources) ?? null;
}

/** The source that `v AS stream` names, if that is what the definition says. */
export function streamOf({ condition }: Definition, sources: readonly Source[]): Source | undefined {
  if (condition.kind !== 'reference' || condition.path.length !== 1) return undefined;
  const [name] = condition.path;
  return name?.kind === 'identifier' ? findSource(name, sources) : undefined;
}

/** SUBSET u = (a, b), ISO 7.7: of primary variables, under a name of its own. */
function bindSubsets(
  subsets: readonly Subset[],
  variables: readonly Variable[],
  problems: Problems,
): RowSet[] {
  const bound: RowSet[] = [];
  for (const { name, members } of subsets) {
    if ([...variables, ...bound].some((other) => isCalled(name, other.name))) {
      problems.error(
        'duplicate_variable',
        name.span,
        `there is a variable or SUBSET named ${name.name} already`,
      );
      continue;
    }
    const set = new Set<number>();
    for (const member of members) {
      const variable = findNamed(member, variables, (each) => each.name);
      if (variable?.isLabelled) set.add(variable.index);
      else if (variable !== undefined) {
        problems.error(
          'absent_variable',
          member.span,
          `${variable.name} must be absent: no row has its label`,
        );
      } else if (bound.some((other) => isCalled(member, other.name))) {
        problems.error(
          'subset_of_subset',
          member.span,
          `${member.name} is a SUBSET: name its members instead`,
        );
      } else {
        const hint = problems.suggest(
          member.name,
          variables.map((each) => each.name),
        );
        problems.error('unknown_variable', member.span, `PATTERN has no variable ${member.name}`, hint);
      }
    }
    bound.push({ name: name.name, set: [...set] });
  }
  return bound;
}
