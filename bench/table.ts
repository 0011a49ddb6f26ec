import { cpus, totalmem } from 'node:os';
import { type Line, ratioOf, shown } from './line.js';

/** Where and when it was measured. */
export function header(quick: boolean): string {
  const [cpu] = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${gibibytes} GiB, Node ${process.version.slice(1)}${quick ? ', --quick' : ''}`;
}

/** One line as a sentence, for whoever watches. */
export function printed(line: Line): string {
  const { work, figure, unit, reference, proof } = line;
  const ratio = ratioOf(line);
  const beside = ratio === null || reference === null ? '' : `; ${shown(ratio)} of ${reference.name}`;
  return `${work}: ${shown(figure.median)} ${unit} (${shown(figure.min)} to ${shown(figure.max)})${beside}; ${proof}`;
}

/** The lines of a row as a table in Markdown. */
export function tableOf(title: string, lines: readonly Line[]): string {
  const rows = lines.map((line) => {
    const { work, figure, unit, reference, memory, proof, goal } = line;
    const ratio = ratioOf(line);
    return [
      work,
      `${shown(figure.median)} ${unit}`,
      `${shown(figure.min)} to ${shown(figure.max)}`,
      ratio === null ? '' : `${shown(ratio)} of ${reference!.name}`,
      goal === null ? '' : `${goal.text}: ${goal.isMet ? 'yes' : 'no'}`,
      memory === null ? '' : megabytes(memory),
      proof,
    ];
  });
  const heads = ['work', 'median', 'min to max', 'ratio', 'goal', 'memory', 'proof'];
  const text = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `### ${title}\n\n${text.join('\n')}`;
}

function megabytes(bytes: number): string {
  return `${shown(Math.max(0, bytes) / 1e6)} MB`;
}
