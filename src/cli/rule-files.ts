import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Diagnostic } from '../language/diagnostic.js';
import { Failure, UsageError } from './terminal.js';

/** A rule file as it was read. */
export interface RuleFile {
  /** As it was named on the command line: what messages show. */
  readonly path: string;
  /** The file's name without folder and ending: names a SELECT that has no CREATE RULE. */
  readonly stem: string;
  readonly text: string;
}

/** A diagnostic and the file it is about. */
export interface Problem {
  readonly file: RuleFile;
  readonly diagnostic: Diagnostic;
}

/** A rule's text is at most 32 kB; a file holds several. Beyond this it is no rule file. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Reads rule files in the order given.
 * @throws UsageError when none is named, or one twice
 * @throws Failure naming every file that cannot be read, and why
 */
export async function readRuleFiles(paths: readonly string[]): Promise<RuleFile[]> {
  if (paths.length === 0) throw new UsageError('name at least one rule file (.sql)');
  const twice = paths.find((path, at) => paths.indexOf(path) !== at);
  if (twice !== undefined) throw new UsageError(`${twice} is named twice`);
  const files: RuleFile[] = [];
  const failures: string[] = [];
  for (const path of paths) {
    try {
      files.push(await readRuleFile(path));
    } catch (error) {
      failures.push(`cannot read ${path}: ${reason(error)}`);
    }
  }
  if (failures.length > 0) throw new Failure(failures.join('\n'));
  return files;
}

async function readRuleFile(path: string): Promise<RuleFile> {
  const bytes = await readFile(path);
  if (bytes.length > LARGEST)
    throw new Error(`it is larger than ${LARGEST / 1024 / 1024} MiB: is it a rule file?`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('it is not UTF-8 text');
  }
  return { path, stem: basename(path, extname(path)), text };
}

/** Why a file cannot be read or written, in words for the errors that people meet. */
export function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a directory; name the files in it';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
      return 'a part of the path is not a directory';
    default:
      return message ?? String(error);
  }
}
