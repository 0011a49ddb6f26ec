import { BOUNDED_LIMITS, STREAM_LIMITS } from '../../src/engine/limits.js';
import type { Type } from '../../src/event/value.js';
import { aggregateNames, resolveAggregate } from '../../src/language/aggregates.js';
import { MAX_NODES } from '../../src/language/bind/size.js';
import { MAX_STREAMS } from '../../src/language/bind/sources.js';
import {
  EXTRACT_FIELDS,
  FUNCTIONS,
  INTERVAL_FIELDS,
  type ScalarFunction,
  signatureText,
  TIME_UNITS,
} from '../../src/language/functions.js';
import { RESERVED } from '../../src/language/keywords.js';
import { grouped, MAX_BYTES, MAX_DEPTH, MAX_NESTING, MAX_TOKENS } from '../../src/language/limits.js';
import { resolveOperator } from '../../src/language/operators.js';
import { MAX_PERMUTED, MAX_PERMUTED_WAYS } from '../../src/language/plan.js';
import { typeText } from '../../src/language/promotion.js';
import { MAX_BOUND, MAX_SIZE } from '../../src/language/quantifiers.js';

/** The parts of the reference that are made from the code, each by the name that it is marked with on the page. */
export const TABLES: Readonly<Record<string, () => string>> = {
  'reserved words': () => `${[...RESERVED].sort().map(code).join(', ')}.\n`,
  operators,
  'time fields': timeFields,
  functions,
  aggregates,
  limits,
};

const MARK = /^<!-- made from the code: (.+) -->\n[\s\S]*?^<!-- end -->$/gm;

/** The page with those parts as the code has them. Throws Error for a mark that no table has. */
export function withTables(page: string): string {
  return page.replaceAll(MARK, (_, name: string) => {
    const table = TABLES[name];
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return `<!-- made from the code: ${name} -->\n\n${table()}\n<!-- end -->`;
  });
}

/** The names of the marks of a page, in order. */
export function markedIn(page: string): string[] {
  return [...page.matchAll(MARK)].map(([, name]) => name!);
}

function functions(): string {
  const groups = [...new Set(FUNCTIONS.map(({ group }) => group))];
  return groups
    .map((group) => {
      const rows = FUNCTIONS.filter((each) => each.group === group).map(functionRow);
      return `${group[0]!.toUpperCase()}${group.slice(1)}:\n\n${table(['call', 'what it gives', 'for example'], rows)}`;
    })
    .join('\n');
}

function functionRow(each: ScalarFunction): string[] {
  const { aliases, description, example } = each;
  const also = aliases.length === 0 ? '' : ` Also ${aliases.map(code).join(', ')}.`;
  return [code(signatureText(each)), `${description}${also}`, `${code(example[0])} is ${code(example[1])}`];
}

const BIGINT: Type = { kind: 'BIGINT' };
const DOUBLE: Type = { kind: 'DOUBLE' };
const VARCHAR: Type = { kind: 'VARCHAR' };
const BOOLEAN: Type = { kind: 'BOOLEAN' };
const TIMESTAMP: Type = { kind: 'TIMESTAMP' };
const INTERVAL: Type = { kind: 'INTERVAL' };
const MONEY: Type = { kind: 'DECIMAL', precision: 10, scale: 2 };
const LIST: Type = { kind: 'ARRAY', element: BIGINT };

/** Every pair of types, with what each operator makes of it; pairs that nothing takes are left out. */
function operators(): string {
  const types = [BIGINT, MONEY, DOUBLE, VARCHAR, BOOLEAN, TIMESTAMP, INTERVAL, LIST];
  const names = ['+', '-', '*', '/', '%', '||', '='];
  const rows: string[][] = [];
  for (const left of types) {
    for (const right of types) {
      const gives = names.map((name) => resolveOperator(name, left, right));
      if (gives.every((each) => each === null)) continue;
      rows.push([
        code(typeText(left)),
        code(typeText(right)),
        ...gives.map((each) => (each === null ? '-' : code(typeText(each.type)))),
      ]);
    }
  }
  return table(
    ['left', 'right', ...names.slice(0, 5).map(code), code('\\|\\|'), `${code('=')} ${code('<')} ...`],
    rows,
  );
}

function timeFields(): string {
  return table(
    ['where', 'what may be named'],
    [
      [`${code('EXTRACT')} from a TIMESTAMP`, EXTRACT_FIELDS.map(code).join(', ')],
      [`${code('EXTRACT')} from an INTERVAL`, INTERVAL_FIELDS.map(code).join(', ')],
      [
        `${code('DATE_TRUNC')}, ${code('DATE_DIFF')}, ${code('DATE_ADD')}`,
        TIME_UNITS.map((unit) => code(`'${unit}'`)).join(', '),
      ],
    ],
  );
}

function aggregates(): string {
  const types = [BIGINT, MONEY, DOUBLE, INTERVAL, VARCHAR];
  const names = [...new Set(aggregateNames.map((name) => resolveAggregate(name, BIGINT)!.name))];
  const rows = names.map((name) => {
    const aliases = aggregateNames.filter(
      (each) => each !== name && resolveAggregate(each, BIGINT)!.name === name,
    );
    return [
      [name, ...aliases].map(code).join(', '),
      ...types.map((type) => {
        const gives = resolveAggregate(name, type);
        return gives === null ? '-' : code(typeText(gives.type));
      }),
    ];
  });
  return table(['aggregate', ...types.map((type) => `of ${code(typeText(type))}`)], rows);
}

function limits(): string {
  const both = (name: keyof typeof STREAM_LIMITS): string =>
    `${grouped(STREAM_LIMITS[name])}; in \`tocsin run\` on input that ends ${grouped(BOUNDED_LIMITS[name])}`;
  return table(
    ['what', 'at most'],
    [
      ['text of a rule', `${MAX_BYTES / 1024} kB, ${grouped(MAX_TOKENS)} words and signs`],
      ['brackets and CASE within one another, signs or NOTs in a row', grouped(MAX_NESTING)],
      ['operators of one expression in a chain', grouped(MAX_DEPTH)],
      ['parts of one expression, with everything written out', grouped(MAX_NODES)],
      ['streams of one rule', grouped(MAX_STREAMS)],
      ['bound of a quantifier', grouped(MAX_BOUND)],
      ['steps of a pattern with every repetition written out', grouped(MAX_SIZE)],
      ['elements of PERMUTE', grouped(MAX_PERMUTED)],
      ['the same, where one has a quantifier, an alternative or a gap', grouped(MAX_PERMUTED_WAYS)],
      ['partial matches of one key', both('partialMatchesPerKey')],
      ['partial matches of one rule', both('partialMatchesPerRule')],
      ['keys of one rule that hold something', both('keysPerRule')],
      ['matches that one row gives under NO SKIP', both('matchesPerRow')],
      ['labelled rows of those matches, together', both('matchedRowsPerRow')],
    ],
  );
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A table as Markdown, its columns padded; a bar within a cell is written as `\|`. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |\n`;
  const [first, ...others] = cells;
  return line(first!) + line(widths.map((width) => '-'.repeat(width))) + others.map(line).join('');
}
