import { buffer } from 'node:stream/consumers';
import type { Statement } from '../../language/ast.js';
import { parse } from '../../language/parser.js';
import { isError } from '../report.js';
import { type Problem, type RuleFile, readRuleFiles } from '../rule-files.js';
import { Failure, type Terminal, UsageError } from '../terminal.js';

/** A statement of a file, with the place of its text in it. */
export interface PlacedStatement {
  readonly file: RuleFile;
  readonly kind: Statement['kind'];
  /** As the statement says, or as its file is called; null for a SELECT that is one of several. */
  readonly name: string | null;
  readonly text: string;
  /** The offset of `text` in the file. */
  readonly start: number;
}

/**
 * Reads the statements of .sql files, `-` being standard input. With an error among the problems the statements are not all.
 * @throws UsageError when none is named
 * @throws Failure when one cannot be read
 */
export async function readStatements(
  paths: readonly string[],
  stdin: Terminal['stdin'],
): Promise<{ readonly statements: readonly PlacedStatement[]; readonly problems: readonly Problem[] }> {
  const files =
    paths.length === 1 && paths[0] === '-' ? [await readInput(stdin)] : await readRuleFiles(paths);
  const statements: PlacedStatement[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const parsed = parse(file.text);
    problems.push(...parsed.diagnostics.map((diagnostic) => ({ file, diagnostic })).filter(isError));
    const selects = parsed.statements.filter(({ kind }) => kind === 'select').length;
    for (const statement of parsed.statements) {
      const { kind, span } = statement;
      const name = kind !== 'select' ? statement.name.name : selects === 1 ? file.stem : null;
      statements.push({ file, kind, name, text: file.text.slice(span.start, span.end), start: span.start });
    }
    if (parsed.statements.length === 0 && parsed.diagnostics.length === 0) {
      throw new UsageError(`${file.path} holds no statement`);
    }
  }
  return { statements, problems };
}

async function readInput(stdin: Terminal['stdin']): Promise<RuleFile> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await buffer(stdin));
    return { path: '-', stem: '', text };
  } catch (error) {
    throw new Failure(`cannot read standard input: ${(error as Error).message}`);
  }
}
