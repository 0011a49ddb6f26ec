import { type StreamSchema, undeclaredSchema } from '../event/schema.js';
import type {
  CreateRule,
  CreateStream,
  Identifier,
  Select,
  Statement,
  StreamReference,
} from '../language/ast.js';
import { bindRule, bindStream } from '../language/bind.js';
import type { Diagnostic, Span } from '../language/diagnostic.js';
import { locate } from '../language/locate.js';
import { parse } from '../language/parser.js';
import type { RulePlan } from '../language/plan.js';
import type { Problem, RuleFile } from './rule-files.js';

/** A rule of a file, not yet bound, and the streams it reads by their declared names. */
export interface RuleText {
  readonly name: string;
  readonly file: RuleFile;
  readonly statement: CreateRule | Select;
  readonly query: Select;
  readonly streams: readonly string[];
}

/** What rule files say: the streams they declare, the rules, and what is wrong so far. */
export interface RuleSet {
  readonly declared: readonly StreamSchema[];
  readonly rules: readonly RuleText[];
  readonly problems: readonly Problem[];
}

/** Whether time flows past the rule (what a server does) or all is there before it is sorted (language.md, 20). */
export type InputKind = 'stream' | 'bounded';

/** Parses every file; streams declared in one are known to all. */
export function readRules(files: readonly RuleFile[]): RuleSet {
  const problems: Problem[] = [];
  const statements: { readonly file: RuleFile; readonly statement: Statement }[] = [];
  for (const file of files) {
    const parsed = parse(file.text);
    problems.push(...parsed.diagnostics.map((diagnostic) => ({ file, diagnostic })));
    statements.push(...parsed.statements.map((statement) => ({ file, statement })));
    if (parsed.statements.length === 0 && parsed.diagnostics.length === 0) {
      const hint = 'a rule is CREATE RULE name AS SELECT ..., or a SELECT alone';
      problems.push({
        file,
        diagnostic: mistake('empty_text', 'the file holds no statement', hint, { start: 0, end: 0 }),
      });
    }
  }
  const declared = declareStreams(statements, problems);
  const rules = nameRules(statements, declared, problems);
  return { declared, rules, problems };
}

type Placed<T> = { readonly file: RuleFile; readonly statement: T };

function declareStreams(statements: readonly Placed<Statement>[], problems: Problem[]): StreamSchema[] {
  const first = new Map<string, Placed<CreateStream>>();
  const declared: StreamSchema[] = [];
  for (const { file, statement } of statements) {
    if (statement.kind !== 'create_stream') continue;
    const { schema, diagnostics } = bindStream(statement);
    problems.push(...diagnostics.map((diagnostic) => ({ file, diagnostic })));
    const key = statement.name.name.toLowerCase();
    const earlier = first.get(key);
    if (earlier) {
      // Rule files that each bring the same declaration with them go together.
      if (isSame(schema, declared)) continue;
      const message = `stream '${statement.name.name}' is declared twice, and not alike, first at ${place(earlier.file, earlier.statement.name.span)}`;
      problems.push({ file, diagnostic: mistake('duplicate_stream', message, null, statement.name.span) });
      continue;
    }
    first.set(key, { file, statement });
    if (schema) declared.push(schema);
  }
  return declared;
}

function isSame(schema: StreamSchema | null, declared: readonly StreamSchema[]): boolean {
  return schema !== null && declared.some((other) => JSON.stringify(other) === JSON.stringify(schema));
}

function nameRules(
  statements: readonly Placed<Statement>[],
  declared: readonly StreamSchema[],
  problems: Problem[],
): RuleText[] {
  const known = new Map<string, string>(declared.map(({ name }) => [name.toLowerCase(), name]));
  const named = new Map<string, Placed<CreateRule>>();
  for (const { file, statement } of statements) {
    if (statement.kind !== 'create_rule') continue;
    const key = statement.name.name.toLowerCase();
    const earlier = named.get(key);
    if (earlier) {
      const message = `rule '${statement.name.name}' stands twice, first at ${place(earlier.file, earlier.statement.name.span)}`;
      problems.push({ file, diagnostic: mistake('duplicate_rule', message, null, statement.name.span) });
    } else named.set(key, { file, statement });
  }
  const taken = new Set(named.keys());
  const rules: RuleText[] = [];
  for (const { file, statement } of statements) {
    if (statement.kind === 'create_stream') continue;
    const query = statement.kind === 'select' ? statement : statement.query;
    const streams = [...new Set(query.from.streams.map(({ name }) => streamName(name, known)))];
    if (statement.kind === 'select') {
      rules.push({ name: freeName(file.stem, taken), file, statement, query, streams });
    } else if (named.get(statement.name.name.toLowerCase())?.statement === statement) {
      rules.push({ name: statement.name.name, file, statement, query, streams });
    }
  }
  return rules;
}

/** The stream's declared name; an undeclared stream is called as it was first written. */
function streamName(identifier: Identifier, known: Map<string, string>): string {
  if (identifier.quoted) return identifier.name;
  const key = identifier.name.toLowerCase();
  const name = known.get(key) ?? identifier.name;
  known.set(key, name);
  return name;
}

/** The second SELECT of `fraud.sql` is `fraud_2`. */
function freeName(stem: string, taken: Set<string>): string {
  let name = stem;
  for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}_${count}`;
  taken.add(name.toLowerCase());
  return name;
}

/** Whether a reference in FROM names this stream. */
export function refersTo({ name }: StreamReference, stream: string): boolean {
  return name.quoted ? name.name === stream : name.name.toLowerCase() === stream.toLowerCase();
}

/** The schemas of all streams that are declared or read: those only named have no columns. */
export function allStreams({ declared, rules }: RuleSet): StreamSchema[] {
  const names = new Set(declared.map(({ name }) => name));
  const streams = [...declared];
  for (const name of rules.flatMap((rule) => rule.streams)) {
    if (names.has(name)) continue;
    names.add(name);
    streams.push(undeclaredSchema(name));
  }
  return streams;
}

/** Binds one rule; `plan` is null when something is wrong with it. */
export function bind(
  rule: RuleText,
  streams: readonly StreamSchema[],
  input: InputKind,
): { readonly plan: RulePlan | null; readonly problems: readonly Problem[] } {
  const bound = bindRule(rule.statement, rule.name, {
    streams,
    unknownStreams: 'create',
    input,
    destinations: null,
    parameters: {},
  });
  return {
    plan: bound.plan,
    problems: bound.diagnostics.map((diagnostic) => ({ file: rule.file, diagnostic })),
  };
}

function mistake(code: string, message: string, hint: string | null, span: Span): Diagnostic {
  return { code, severity: 'error', message, hint, span };
}

function place(file: RuleFile, span: Span): string {
  return `${file.path}:${locate(file.text, span.start).line}`;
}
