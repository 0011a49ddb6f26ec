import type { StreamSchema } from '../../../src/event/schema.js';
import type { Environment } from '../../../src/language/bind/environment.js';
import { type BoundRule, bindRule, bindStream } from '../../../src/language/bind.js';
import type { Diagnostic } from '../../../src/language/diagnostic.js';
import { parse } from '../../../src/language/parser.js';

/** The streams that the rules of these tests read; any other name is an undeclared stream. */
export const STREAMS: readonly StreamSchema[] = [
  `CREATE STREAM payments (
     card VARCHAR NOT NULL, amount DOUBLE, units BIGINT, price DECIMAL(10, 2), flagged BOOLEAN, country VARCHAR, at TIMESTAMP,
     tags ARRAY<VARCHAR>, device ROW<id VARCHAR, place ROW<lat DOUBLE, lon DOUBLE>>, took INTERVAL,
     WATERMARK FOR at AS at - INTERVAL '2' SECOND)`,
  `CREATE STREAM logins (card VARCHAR, amount BIGINT, level BIGINT, at TIMESTAMP, WATERMARK FOR at AS at)`,
].map(schemaOf);

/** The schema of a CREATE STREAM that is right. */
export function schemaOf(text: string): StreamSchema {
  const [statement] = parse(text).statements;
  if (statement?.kind !== 'create_stream') throw new Error(`this is no CREATE STREAM: ${text}`);
  const { schema, diagnostics } = bindStream(statement);
  if (schema === null) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return schema;
}

/** Only what is inside MATCH_RECOGNIZE: a short way to write a rule over payments. */
export function inMatch(clauses: string): string {
  return `SELECT 1 AS one FROM payments MATCH_RECOGNIZE (${clauses})`;
}

/** Binds one rule that parses. */
export function bound(text: string, environment: Partial<Environment> = {}): BoundRule {
  const { statements, diagnostics } = parse(text);
  const [statement] = statements;
  if (statement === undefined || statement.kind === 'create_stream' || diagnostics.length > 0)
    throw new Error(`this is no rule: ${text}: ${diagnostics.map(({ message }) => message).join('; ')}`);
  return bindRule(statement, 'r', {
    streams: STREAMS,
    unknownStreams: 'create',
    input: 'stream',
    destinations: new Set(['fraud-desk', 'on-call']),
    parameters: {},
    ...environment,
  });
}

/** What binding says of a rule or a CREATE STREAM. */
export function diagnosed(text: string, environment: Partial<Environment> = {}): readonly Diagnostic[] {
  const [statement] = parse(text).statements;
  return statement?.kind === 'create_stream'
    ? bindStream(statement).diagnostics
    : bound(text, environment).diagnostics;
}

/** A text without the marks « and », and what stood between them, in order. */
export function unmarked(text: string): { readonly text: string; readonly places: readonly string[] } {
  const places: string[] = [];
  const lines: string[] = [];
  for (const [i, piece] of text.split(/«|»/).entries()) {
    if (i % 2 === 1) {
      const before = lines.join('').split('\n');
      places.push(`${before.length}:${before.at(-1)!.length + 1}+${piece.length}`);
    }
    lines.push(piece);
  }
  return { text: lines.join(''), places };
}
