// Compiles grammar/main.ne and what it includes to src/language/grammar.ts. Nothing is done while no grammar file is newer
// than the result, and the result is written only when it is another one.
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, 'main.ne');
const target = join(here, '..', 'src', 'language', 'grammar.ts');

const changed = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const inputs = readdirSync(here).filter((name) => name.endsWith('.ne') || name === 'build.mjs');
if (inputs.every((name) => changed(join(here, name)) < changed(target))) process.exit(0);

// Loaded only here: most calls end above.
const { default: nearley } = await import('nearley');
const { default: compile } = await import('nearley/lib/compile.js');
const { default: generate } = await import('nearley/lib/generate.js');
const { default: language } = await import('nearley/lib/nearley-language-bootstrapped.js');

const parser = new nearley.Parser(nearley.Grammar.fromCompiled(language));
parser.feed(readFileSync(source, 'utf8'));
if (parser.results.length === 0) throw new Error(`${source} ends in the middle of a rule`);
const compiled = compile(parser.results[0], { args: [source], alreadycompiled: [], version: 'in use' });

const names = new Set(compiled.rules.map((rule) => rule.name));
const missing = new Set(
  compiled.rules
    .flatMap((rule) => rule.symbols)
    .filter((symbol) => typeof symbol === 'string' && !names.has(symbol)),
);
if (missing.size > 0) throw new Error(`no such rule in grammar/: ${[...missing].join(', ')}`);

const text = `// @ts-nocheck\n${generate.typescript(compiled, 'grammar')}`;
// Written beside and moved: two builds at once leave a whole file.
const draft = `${target}.${process.pid}`;
writeFileSync(draft, text);
renameSync(draft, target);
