import type { Chart, ChartState } from './chart.js';

/** The length of a label and of a note in characters, at most. */
const LABEL = 60;
const NOTE = 120;

/**
 * The automaton as a mermaid `stateDiagram-v2`. A node is what the next row has to be, with its condition; where several
 * arrows lead on, their numbers are the order of preference. `conditions`: by variable, as SQL.
 */
export function mermaidOf(chart: Chart, conditions: ReadonlyMap<string, string>): string {
  const lines = ['stateDiagram-v2', '  direction LR'];
  for (const state of chart.states)
    lines.push(`  state "${escaped(label(state, conditions), LABEL)}" as ${state.id}`);
  chart.starts.forEach(({ state, onlyFirstRow }, i) => {
    const order = chart.starts.length > 1 ? [`${i + 1}`] : [];
    const text = [...order, ...(onlyFirstRow ? ['first row of its key'] : [])].join(', ');
    lines.push(`  [*] --> ${state}${text === '' ? '' : ` : ${escaped(text, LABEL)}`}`);
  });
  for (const { id, kind, next } of chart.states) {
    for (const [i, to] of next.entries()) {
      lines.push(`  ${id} --> ${to}${next.length > 1 ? ` : ${i + 1}` : ''}`);
    }
    if (kind === 'wait') lines.push(`  ${id} --> [*] : WITHIN is over`);
    if (kind === 'match' || kind === 'match_at_end') lines.push(`  ${id} --> [*]`);
  }
  const [first] = chart.states;
  if (first !== undefined && chart.notes.length > 0) {
    lines.push(`  note right of ${first.id}`);
    for (const note of chart.notes) lines.push(`    ${escaped(note, NOTE)}`);
    lines.push('  end note');
  }
  return `${lines.join('\n')}\n`;
}

function label(
  { kind, variable, excluded, absent }: ChartState,
  conditions: ReadonlyMap<string, string>,
): string {
  const but = absent.length === 0 ? '' : ` but ${absent.join(' or ')}`;
  switch (kind) {
    case 'label': {
      const condition = conditions.get(variable ?? '');
      return `${variable ?? ''}${excluded ? ' (excluded)' : ''}${condition === undefined ? '' : `: ${condition}`}`;
    }
    case 'gap':
      return `any row${but}`;
    case 'wait':
      return `any row${but}, until WITHIN is over`;
    case 'match':
      return 'match';
    case 'match_at_end':
      return 'match, if no row follows';
  }
}

/** What is no plain character is written by its number: mermaid takes quotes, `;`, `%%` and much else for its own. */
function escaped(text: string, longest: number): string {
  const characters = [...text];
  const cut = characters.length > longest ? [...characters.slice(0, longest - 3), '...'] : characters;
  return cut
    .map((each) => (/^(?:[A-Za-z0-9 _.,()=*+|/'?!-]|\.\.\.)$/.test(each) ? each : `#${each.codePointAt(0)};`))
    .join('');
}
