// Measures Esper 9 on the same events and rules, work by work in turn with ours. Needs Java 17 and Maven.
// Usage: main.js [--quick] [row ...]
import { ISO_KEYS } from '../iso.js';
import { KEYS, keyedEvents, WINDOWS } from '../keyed.js';
import { figureOf, type Line, shown } from '../line.js';
import { measureRow } from '../measure.js';
import { AT_RESTART, BY_PUT } from '../registration.js';
import { FAMILIES, ruleEvents, ruleWork } from '../rules.js';
import { header, printed, tableOf } from '../table.js';
import { Esper, type EsperResult } from './esper.js';

/** One work that both do. */
interface Work {
  readonly row: string;
  readonly work: string;
  /** What Esper is asked, in each form that there is: the fastest counts. */
  readonly forms: readonly (readonly string[])[];
  /** Our figure over Esper's must reach it, or where `most` must not pass it. */
  readonly goal: number | null;
  readonly most?: boolean;
}

const quick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const works: Work[] = [];

for (const keys of quick ? KEYS.slice(0, 2) : KEYS) {
  for (const { name, milliseconds } of WINDOWS) {
    const asked = ['keyed', `${keys}`, `${milliseconds}`, `${keyedEvents(quick)}`];
    works.push({
      row: 'keyed',
      work: `${shown(keys)} keys, ${name}`,
      forms: [
        [...asked, 'pattern'],
        [...asked, 'context'],
      ],
      goal: keys === 100_000 ? 2 : 3,
    });
  }
}
works.push({
  row: 'iso',
  work: `${shown(ISO_KEYS)} keys`,
  forms: [['iso', `${ISO_KEYS}`, `${keyedEvents(quick)}`]],
  goal: 1,
});
for (const family of FAMILIES) {
  const [name = ''] = family.name.split(' ');
  for (const count of quick ? [1, 1_000] : [1, 100, 1_000, 10_000]) {
    works.push({
      row: 'rules',
      work: ruleWork(family, count),
      forms: [['rules', name, `${count}`, `${ruleEvents(count, quick)}`]],
      goal: count === 10_000 ? 1 : null,
    });
  }
}
for (const [work, goal] of [
  [BY_PUT, 1 / 3],
  [AT_RESTART, 1 / 10],
] as const) {
  works.push({ row: 'registration', work, forms: [['register', quick ? '100' : '1000']], goal, most: true });
}

/** Both works of a row that is measured as a whole come from one run. */
const whole = new Map<string, readonly Line[] | null>();
const esper = Esper.build();
if (esper === null) process.exit(1);
console.log(header(quick));
let failed = 0;
for (const row of new Set(works.map((each) => each.row))) {
  if (wanted.length > 0 && !wanted.includes(row)) continue;
  const lines: Line[] = [];
  for (const each of works.filter((other) => other.row === row)) {
    const compared = await compareWork(each, esper);
    if (compared === null) failed++;
    else lines.push(...compared);
  }
  console.log(`\n${tableOf(`${row}: against Esper ${Esper.VERSION}`, lines)}`);
}
process.exit(failed === 0 ? 0 : 1);

async function compareWork(asked: Work, peer: Esper): Promise<Line[] | null> {
  const { row, work, forms, goal, most = false } = asked;
  const measured = row === 'registration' ? await wholeRow(row) : await measureRow(row, quick, work);
  const ours = measured?.find((line) => line.work === work);
  if (ours === undefined) return null;
  const results = forms.map((form) => peer.measure(form));
  const medians = results.map(({ samples }) => figureOf(samples).median);
  const best = results[medians.indexOf(most ? Math.min(...medians) : Math.max(...medians))]!;
  const theirs = esperLine(ours, best);
  const ratio = ours.figure.median / theirs.figure.median;
  if (ours.unit === 'events/s') checkCounts(ours, results);
  const reached = most ? ratio <= (goal ?? 0) : ratio >= (goal ?? 0);
  const line: Line = {
    ...ours,
    reference: { name: 'Esper', median: theirs.figure.median },
    goal: goal === null ? null : { text: `at ${most ? 'most' : 'least'} ${shown(goal)}`, isMet: reached },
  };
  console.error(`  ${printed(theirs)}`);
  return [line, theirs];
}

async function wholeRow(row: string): Promise<readonly Line[] | null> {
  const known = whole.get(row);
  const lines = known === undefined ? await measureRow(row, quick) : known;
  whole.set(row, lines);
  return lines;
}

function esperLine(ours: Line, { samples, count, memory }: EsperResult): Line {
  const what = ours.unit === 'events/s' ? `${shown(count)} matches` : `${shown(count)} statements`;
  return {
    work: `Esper: ${ours.work}`,
    figure: figureOf(samples),
    unit: ours.unit,
    ...{ reference: null, memory, proof: what, goal: null },
  };
}

/** Throws Error when the two did not find the same matches. */
function checkCounts(ours: Line, results: readonly EsperResult[]): void {
  for (const { count } of results) {
    if (ours.proof.startsWith(`${shown(count)} matches`)) continue;
    throw new Error(`${ours.work}: ${ours.proof}, Esper ${shown(count)}`);
  }
}
