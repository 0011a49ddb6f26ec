import type { Row } from '../../src/event/row.js';
import type { Bound, MatchPlan, PatternPlan, RulePlan } from '../../src/language/plan.js';

/** A generated rule and its rows in a few lines, for a failing property. */
export function describePlan(plan: RulePlan & { operator: MatchPlan }, rows: readonly Row[]): string {
  const { operator: p } = plan;
  const names = p.variables.map(({ name }) => name);
  const skip = 'set' in p.skip ? `${p.skip.mode} ${p.skip.set.map((v) => names[v]).join(',')}` : p.skip.mode;
  const flags = [
    p.rowsPerMatch,
    p.emitEarliest && 'EARLIEST',
    p.timedOut && 'TIMED OUT',
    p.emptyMatches,
    p.unmatchedRows && 'UNMATCHED',
  ];
  return [
    `PATTERN ${pattern(p.pattern, names)}${p.absentAfter.length > 0 ? ' -> NOT D' : ''} WITHIN ${p.within}${p.absentBefore.length > 0 ? ' (NOT D before)' : ''}`,
    `SKIP ${skip}; ${flags.filter(Boolean).join(', ')}`,
    ...p.variables.map(
      ({ name, condition }) => `${name} AS ${condition === null ? 'true' : bound(condition, names)}`,
    ),
    `MEASURES ${p.measures.map(({ expression }) => bound(expression, names)).join(' | ')}`,
    `ROWS ${rows.map(({ values, time }) => `${values['k']}${time - 1000}:${values['v']}`).join(' ')}`,
  ].join('\n');
}

function pattern(plan: PatternPlan, names: readonly string[]): string {
  switch (plan.kind) {
    case 'variable':
      return names[plan.variable]!;
    case 'concatenation':
      return `(${plan.elements.map((each) => pattern(each, names)).join(' ')})`;
    case 'alternation':
      return `(${plan.branches.map((each) => pattern(each, names)).join(' | ')})`;
    case 'permute':
      return `PERMUTE(${plan.elements.map((each) => pattern(each, names)).join(', ')})`;
    case 'exclusion':
      return `{- ${pattern(plan.body, names)} -}`;
    case 'quantified':
      return `${pattern(plan.body, names)}{${plan.min},${plan.max ?? ''}}${plan.greedy ? '' : '?'}`;
    case 'anchor':
      return plan.at === 'start' ? '^' : '$';
    case 'gap':
      return plan.absent.length > 0 ? '-> NOT D ->' : '->';
    case 'empty':
      return '()';
  }
}

function bound(node: Bound, names: readonly string[]): string {
  const set = (variables: readonly number[] | null) => variables?.map((v) => names[v]).join('') ?? '*';
  switch (node.kind) {
    case 'constant':
      return String(node.value);
    case 'column':
      return node.name;
    case 'call':
      return `${bound(node.arguments[0]!, names)} ${node.name} ${bound(node.arguments[1]!, names)}`;
    case 'navigation':
      return `${node.semantics} ${node.from}[${set(node.set)},${node.logical}]${node.physical >= 0 ? '+' : ''}${node.physical}(${bound(node.operand, names)})`;
    case 'aggregate':
      return `${node.semantics} ${node.name}[${set(node.set)}](${node.distinct ? 'DISTINCT ' : ''}${node.operand === null ? '*' : bound(node.operand, names)})`;
    case 'classifier':
      return `${node.semantics} CLASSIFIER[${set(node.set)}]`;
    default:
      return node.kind;
  }
}
