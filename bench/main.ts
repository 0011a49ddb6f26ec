// Runs the rows one after the other and prints the table. Progress goes to standard error.
// Usage: main.js [--quick] [row ...]

import { measureRow } from './measure.js';
import { ROWS } from './row.js';
import { header, tableOf } from './table.js';

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const strange = [...wanted.filter((name) => !(name in ROWS)), ...flags.filter((flag) => flag !== '--quick')];
if (strange.length > 0) {
  console.error(
    `${strange.join(', ')}: the rows are ${Object.keys(ROWS).join(', ')}; --quick leaves out what is large`,
  );
  process.exit(2);
}
const quick = flags.includes('--quick');
const names = Object.keys(ROWS).filter((name) => wanted.length === 0 || wanted.includes(name));

console.log(header(quick));
let failed = 0;
for (const name of names) {
  const { title } = await ROWS[name]!();
  console.error(`\n${title}`);
  const lines = await measureRow(name, quick);
  if (lines === null) failed++;
  else console.log(`\n${tableOf(title, lines)}`);
}
process.exit(failed === 0 ? 0 : 1);
