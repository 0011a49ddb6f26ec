import type { StreamSchema } from '../src/event/schema.js';
import type { CreateRule, Select } from '../src/language/ast.js';
import { bindRule, bindStream } from '../src/language/bind.js';
import { parse } from '../src/language/parser.js';
import type { RulePlan } from '../src/language/plan.js';

/** A text's stream. Throws Error when it is none. */
export function schemaOf(text: string): StreamSchema {
  const [statement] = parse(text).statements;
  const schema = statement?.kind === 'create_stream' ? bindStream(statement).schema : null;
  if (schema === null) throw new Error(`no stream: ${text}`);
  return schema;
}

/** A rule that is parsed once and bound for each set of parameters. */
export class Template {
  readonly #statement: CreateRule | Select;
  readonly #streams: readonly StreamSchema[];

  /** Throws Error for a text that is no rule. */
  constructor(text: string, stream: StreamSchema) {
    const { statements, diagnostics } = parse(text);
    const [statement] = statements;
    if (statement === undefined || statement.kind === 'create_stream')
      throw new Error(`no rule: ${text}: ${diagnostics[0]?.message}`);
    this.#statement = statement;
    this.#streams = [stream];
  }

  /** Throws Error when it does not bind. */
  plan(name: string, parameters: Readonly<Record<string, number>> = {}): RulePlan {
    const { plan, diagnostics } = bindRule(this.#statement, name, {
      streams: this.#streams,
      unknownStreams: 'refuse',
      input: 'stream',
      destinations: null,
      parameters,
    });
    if (plan === null) throw new Error(`${name} does not bind: ${diagnostics[0]?.message}`);
    return plan;
  }
}
