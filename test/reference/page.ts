import { readFileSync } from 'node:fs';

/** The reference, from the root of the project. */
export const PAGE = 'grammar/README.md';

/** A fenced block: its language, what stands behind it, and its text without the fences. */
interface Block {
  readonly language: string;
  readonly info: string;
  readonly text: string;
}

/** What the page shows: a rule, the events it runs over, and what comes of it. */
export interface Example {
  /** The heading that it stands under, and which of its examples it is. */
  readonly name: string;
  readonly rule: string;
  /** Options of `tocsin run`, as in `--tag rule`. */
  readonly options: readonly string[];
  readonly events: { readonly format: 'csv' | 'ndjson'; readonly text: string } | null;
  /** The rows that come out; null where `tocsin check` is shown instead. */
  readonly rows: string | null;
  /** What is said: by `run` on standard error, or all that `check` prints. */
  readonly said: string;
}

export function readPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/**
 * The examples of the page. Events (`csv`, or `ndjson events`) stand until the next events or heading. A `sql` block is a rule;
 * an `ndjson` block behind it is what comes out, and a `text` block what is said besides, or without rows what `check` prints.
 * `console` is for the eye only. Throws Error for a block that is none of these.
 */
export function examplesOf(page: string): Example[] {
  const examples: Example[] = [];
  let heading = '';
  let count = 0;
  let events: Example['events'] = null;
  const parts = partsOf(page);
  for (const [i, part] of parts.entries()) {
    if (typeof part === 'string') {
      heading = part;
      count = 0;
      events = null;
    } else if (part.language === 'csv' || isEvents(part)) {
      events = { format: part.language === 'csv' ? 'csv' : 'ndjson', text: part.text };
    } else if (part.language === 'sql') {
      const [first, second] = parts.slice(i + 1);
      const rows = isBlock(first, 'ndjson') && !isEvents(first) ? first.text : null;
      const said = rows === null ? first : second;
      examples.push({
        name: `${heading}, ${++count}`,
        rule: part.text,
        options: part.info.split(' ').filter(Boolean),
        events,
        rows,
        said: isBlock(said, 'text') ? said.text : '',
      });
    } else if (!isAnswer(part, parts[i - 1])) {
      throw new Error(`under '${heading}' a block of ${part.language} belongs to no rule`);
    }
  }
  return examples;
}

function isEvents({ language, info }: Block): boolean {
  return language === 'ndjson' && info === 'events';
}

function isBlock(part: Block | string | undefined, language: string): part is Block {
  return part !== undefined && typeof part !== 'string' && part.language === language;
}

/** Whether a block is what comes of the rule before it, or is for the eye only. */
function isAnswer({ language }: Block, before: Block | string | undefined): boolean {
  if (language === 'ndjson') return isBlock(before, 'sql');
  if (language === 'text') return isBlock(before, 'sql') || isBlock(before, 'ndjson');
  return language === 'console';
}

/** Headings as texts and fenced blocks, in order. */
function partsOf(page: string): (Block | string)[] {
  const parts: (Block | string)[] = [];
  let open: { readonly language: string; readonly info: string; readonly lines: string[] } | null = null;
  for (const line of page.split('\n')) {
    if (open !== null) {
      if (line !== '```') open.lines.push(`${line}\n`);
      else {
        parts.push({ language: open.language, info: open.info, text: open.lines.join('') });
        open = null;
      }
      continue;
    }
    const fence = /^```(\w+) ?(.*)$/.exec(line);
    if (fence !== null) open = { language: fence[1]!, info: fence[2]!, lines: [] };
    const heading = /^#{2,} (.*)$/.exec(line);
    if (heading !== null) parts.push(heading[1]!);
  }
  return parts;
}
