import { type Command, readArguments } from './command.js';
import { Output } from './output.js';
import { count, inOrder, isError, problemRecord, renderProblems } from './report.js';
import { type Problem, readRuleFiles } from './rule-files.js';
import { bind, type RuleSet, type RuleText, readRules } from './rule-set.js';
import { EXIT, hasColor, type Terminal } from './terminal.js';

const OPTIONS = { json: { type: 'boolean' } } as const;

/** `tocsin check`: every diagnostic of rule files. */
export const check: Command = {
  help: `Checks rule files and shows every problem with its place.

Usage: tocsin check [--json] RULE.sql...

Streams declared in one file are known to all. Rules are checked as a server would; what only a server refuses
(NEXT, $, an order by something else than time) is a warning for a stream without a WATERMARK, since 'tocsin run'
takes it.

Options:
      --json   an array of {code, severity, message, hint, file, line, column, length}
  -h, --help   this text

Exit codes: 0 the rules are valid (there may be warnings), 1 they are not, 2 wrong usage, 3 a file cannot be read.
`,
  async run(args, terminal) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const rules = readRules(await readRuleFiles(positionals));
    const problems = inOrder([...rules.problems, ...rules.rules.flatMap((rule) => problemsOf(rule, rules))]);
    await write(problems, values.json === true, terminal);
    const errors = problems.filter(isError).length;
    if (!values.json && (problems.length > 0 || terminal.stderr.isTTY)) {
      const warnings = problems.length - errors;
      const found = [errors && count(errors, 'error'), warnings && count(warnings, 'warning')].filter(
        Boolean,
      );
      terminal.stderr.write(`${found.join(', ') || 'no problems'} in ${count(rules.rules.length, 'rule')}\n`);
    }
    return errors > 0 ? EXIT.no : EXIT.ok;
  },
};

/** As a stream sees the rule; what bounded input allows besides is a warning where `run` would read to the end. */
function problemsOf(rule: RuleText, { declared }: RuleSet): readonly Problem[] {
  const flowing = bind(rule, declared, 'stream').problems;
  const watermarked = declared.some(
    (schema) => schema.eventTime !== null && rule.streams.includes(schema.name),
  );
  if (watermarked || !flowing.some(isError)) return flowing;
  const bounded = bind(rule, declared, 'bounded').problems;
  if (bounded.some(isError)) return flowing;
  return flowing.map((problem) => (isError(problem) ? onlyOnStreams(problem) : problem));
}

function onlyOnStreams({ file, diagnostic }: Problem): Problem {
  const message = `${diagnostic.message} ('tocsin run' takes it on input that ends, a server does not)`;
  return { file, diagnostic: { ...diagnostic, severity: 'warning', message } };
}

async function write(problems: readonly Problem[], json: boolean, { stdout, env }: Terminal): Promise<void> {
  const output = new Output(stdout);
  if (json) output.line(JSON.stringify(problems.map(problemRecord), null, 2));
  else if (problems.length > 0) output.line(renderProblems(problems, hasColor(stdout, env)));
  await output.flush();
}
