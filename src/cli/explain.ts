import { showExplanation } from '../http/explanation_schema.js';
import { explainRule, type RuleExplanation } from '../runtime/explanation.js';
import { warningsOf } from '../runtime/rule-text.js';
import { type Command, readArguments } from './command.js';
import { explanationText } from './explain-text.js';
import { Output } from './output.js';
import { isError, renderProblems } from './report.js';
import { readRuleFiles } from './rule-files.js';
import { allStreams, bind, type InputKind, type RuleText, readRules } from './rule-set.js';
import { EXIT, hasColor, type Terminal, UsageError } from './terminal.js';

const OPTIONS = { format: { type: 'string' }, rule: { type: 'string' } } as const;
const FORMATS = ['text', 'json', 'mermaid'] as const;
type Format = (typeof FORMATS)[number];

/** `tocsin explain`: how rules run, without running them. */
export const explain: Command = {
  help: `Shows how a rule runs: what is asked of which rows, which of it an index answers, the automaton, what is kept and
for how long, and when a match is final.

Usage: tocsin explain RULE.sql... [OPTION]...

Streams declared in one file are known to all. A rule is explained as a server runs it; one that only input that ends can
have (NEXT, $) as 'tocsin run' does.

Options:
      --format text|json|mermaid  text by default; json is an array with one object a rule, as POST /v1/rules/explain gives
                                  it; mermaid is the automaton as a state diagram (https://mermaid.js.org)
      --rule NAME                 this rule only
  -h, --help                      this text

Exit codes: 0 fine, 1 a rule is invalid, 2 wrong usage, 3 a file cannot be read.
`,
  async run(args, terminal) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const format = readFormat(values.format);
    const set = readRules(await readRuleFiles(positionals));
    const rules = choose(set.rules, values.rule ?? null, format);
    const schemas = allStreams(set);
    const bound = rules.map((rule) => ({ rule, ...bindBest(rule, schemas) }));
    const problems = [...set.problems, ...bound.flatMap((each) => each.problems)].filter(isError);
    if (problems.length > 0) {
      terminal.stderr.write(renderProblems(problems, hasColor(terminal.stderr, terminal.env)));
      return EXIT.no;
    }
    if (rules.length === 0) throw new UsageError('the files declare streams but hold no rule');
    const explained = bound.flatMap(({ rule, plan, problems: said, input }) => {
      if (plan === null) return [];
      const diagnostics = said.map(({ diagnostic }) => diagnostic);
      return [explainRule(plan, warningsOf(rule.file.text, diagnostics), input)];
    });
    await write(explained, format, terminal);
    return EXIT.ok;
  },
};

function readFormat(format = 'text'): Format {
  const known = FORMATS.find((each) => each === format);
  if (known === undefined) throw new UsageError(`--format ${format}: it is 'text', 'json' or 'mermaid'`);
  return known;
}

function choose(rules: readonly RuleText[], name: string | null, format: Format): readonly RuleText[] {
  const names = rules.map((rule) => rule.name).join(', ');
  if (name === null) {
    if (format === 'mermaid' && rules.length > 1)
      throw new UsageError(`a diagram is of one rule: choose one with --rule (there are ${names})`);
    return rules;
  }
  const chosen = rules.filter((rule) => rule.name.toLowerCase() === name.toLowerCase());
  if (chosen.length === 0)
    throw new UsageError(`--rule ${name}: the files have no rule of that name (there are ${names})`);
  return chosen;
}

/** As a stream sees the rule; where that cannot have it, as `run` takes it on input that ends. */
function bindBest(
  rule: RuleText,
  schemas: Parameters<typeof bind>[1],
): ReturnType<typeof bind> & { readonly input: InputKind } {
  const flowing = bind(rule, schemas, 'stream');
  if (flowing.plan !== null) return { ...flowing, input: 'stream' };
  const bounded = bind(rule, schemas, 'bounded');
  return bounded.plan !== null ? { ...bounded, input: 'bounded' } : { ...flowing, input: 'stream' };
}

async function write(
  explained: readonly RuleExplanation[],
  format: Format,
  { stdout }: Terminal,
): Promise<void> {
  const output = new Output(stdout);
  if (format === 'json') {
    output.line(JSON.stringify(explained.map(showExplanation), null, 2));
  } else {
    for (const [i, each] of explained.entries()) {
      if (i > 0) output.line('');
      output.line((format === 'text' ? explanationText(each) : diagramOf(each)).trimEnd());
    }
  }
  await output.flush();
}

function diagramOf({ rule, match }: RuleExplanation): string {
  if (match === null) throw new UsageError(`rule '${rule}' is a plain SELECT: it has no automaton to draw`);
  return match.mermaid;
}
