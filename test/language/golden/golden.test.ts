import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tocsin } from '../../cli/capture.js';

/**
 * Rules, rows, and what comes out, worked out by hand from the specification. A case is a heading (`== ...`, with the point of
 * section 3, or the form of section 4, that it is about), the statements, then `-- input` (CSV, or NDJSON) and `-- output`; `-- options:` for `tocsin run`
 * and `-- stderr`, parts of what is said there, where there are any. Without `-- stderr` nothing is said.
 */
interface Case {
  readonly name: string;
  readonly statements: string;
  readonly options: readonly string[];
  readonly input: string;
  readonly output: readonly string[];
  readonly said: readonly string[];
  /** Instead of input and output: `line:column code` of each problem. */
  readonly problems: readonly string[] | null;
}

const FOLDER = import.meta.dirname;
const scratch = mkdtempSync(join(tmpdir(), 'tocsin-golden-'));
after(() => rmSync(scratch, { recursive: true }));

function read(text: string): Case[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.split('\n');
      const sections = new Map<string, string[]>([['statements', []]]);
      let current = 'statements';
      let options: string[] = [];
      for (const line of lines) {
        const heading = /^-- (input|output|stderr|problem|options:)(.*)$/.exec(line);
        if (heading === null) sections.get(current)?.push(line);
        else if (heading[1] === 'options:') options = heading[2]!.trim().split(' ');
        else {
          current = heading[1]!;
          sections.set(current, []);
        }
      }
      const linesOf = (section: string) => (sections.get(section) ?? []).filter((line) => line.trim() !== '');
      return {
        name,
        statements: `${linesOf('statements').join('\n')}\n`,
        options,
        input: `${linesOf('input').join('\n')}\n`,
        output: linesOf('output'),
        said: linesOf('stderr'),
        problems: sections.has('problem') ? linesOf('problem') : null,
      };
    });
}

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.golden'));
let count = 0;

for (const file of files) {
  for (const each of read(readFileSync(join(FOLDER, file), 'utf8'))) {
    test(`${file.replace('.golden', '')}: ${each.name}`, async () => {
      const rule = join(scratch, `case${count++}.sql`);
      writeFileSync(rule, each.statements);
      if (each.problems !== null) {
        const { stdout } = await tocsin(['check', '--json', rule]);
        const found = (
          JSON.parse(stdout) as { code: string; severity: string; line: number; column: number }[]
        )
          .filter(({ severity }) => severity === 'error')
          .map(({ code, line, column }) => `${line}:${column} ${code}`);
        assert.deepEqual(found, each.problems);
        return;
      }
      const format = each.input.startsWith('{') ? 'ndjson' : 'csv';
      const { code, stdout, stderr } = await tocsin(
        ['run', rule, '--format', format, ...each.options],
        each.input,
      );
      assert.deepEqual(stdout.split('\n').filter(Boolean), each.output, stderr);
      for (const said of each.said) assert.ok(stderr.includes(said), `${said} is not in ${stderr}`);
      if (each.said.length === 0) assert.equal(stderr, '');
      assert.equal(code, 0);
    });
  }
}
