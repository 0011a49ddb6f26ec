import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Statement } from '../language/ast.js';
import type { Diagnostic } from '../language/diagnostic.js';
import { render } from '../language/locate.js';
import { parse } from '../language/parser.js';
import type { Catalog } from '../runtime/catalog.js';
import { RuntimeError } from '../runtime/error.js';
import { type RuleFile, readRuleFiles, reason } from './rule-files.js';
import { Failure } from './terminal.js';

interface Placed {
  readonly file: RuleFile;
  readonly statement: Statement;
}

/**
 * Registers the statements of every .sql file of a folder: streams first, then rules. What is registered already and says the
 * same is left as it is.
 * @throws Failure that renders everything that is wrong with a file, or says which statement was refused and why
 */
export async function registerRules(
  catalog: Catalog,
  folder: string,
): Promise<{ streams: number; rules: number }> {
  const statements = await readStatements(folder);
  const streams = statements.filter(({ statement }) => statement.kind === 'create_stream');
  const rules = statements.filter(({ statement }) => statement.kind !== 'create_stream');
  for (const placed of streams) await register(placed, (name, query) => catalog.putStream(name, { query }));
  for (const placed of rules) await register(placed, (name, query) => catalog.putRule(name, { query }));
  return { streams: streams.length, rules: rules.length };
}

async function readStatements(folder: string): Promise<Placed[]> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  } catch (error) {
    throw new Failure(`cannot read the rules in ${folder}: ${reason(error)}`);
  }
  if (names.length === 0) return [];
  const files = await readRuleFiles(names.map((name) => join(folder, name)));
  const parsed = files.map((file) => ({ file, ...parse(file.text) }));
  const wrong = parsed.flatMap(({ file, diagnostics }) =>
    diagnostics
      .filter(({ severity }) => severity === 'error')
      .map((diagnostic) => render(file.text, diagnostic, file.path)),
  );
  if (wrong.length > 0) throw new Failure(wrong.join('\n\n'));
  return parsed.flatMap(({ file, statements }) => statements.map((statement) => ({ file, statement })));
}

async function register(
  { file, statement }: Placed,
  put: (name: string, query: string) => Promise<unknown>,
): Promise<void> {
  const name = statement.kind === 'select' ? file.stem : statement.name.name;
  const { start, end } = statement.span;
  try {
    await put(name, file.text.slice(start, end));
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    const { diagnostics = [] } = error.detail;
    const shown = diagnostics
      .filter(({ severity }) => severity === 'error')
      .map((diagnostic) => moved(diagnostic, start));
    throw new Failure(
      shown.length > 0
        ? shown.map((diagnostic) => render(file.text, diagnostic, file.path)).join('\n\n')
        : `${file.path}: ${name}: ${error.message}`,
    );
  }
}

/** The registered text is a piece of the file's. */
function moved(diagnostic: Diagnostic, by: number): Diagnostic {
  const { start, end } = diagnostic.span;
  return { ...diagnostic, span: { start: start + by, end: end + by } };
}
