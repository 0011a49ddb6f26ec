// Measures one row in a process of its own, so that no row inherits another's heap or compiled code.
// Usage: child.js ROW [--quick] [WORK]; what is being done and the lines come out in order, as JSON.
import { ROWS } from './row.js';

const [name = '', ...rest] = process.argv.slice(2);
const wanted = rest.filter((word) => word !== '--quick');
const load = ROWS[name];
if (load === undefined) throw new Error(`there is no row ${name}`);
const { measure } = await load();
const tell = (told: object): void => void process.stdout.write(`${JSON.stringify(told)}\n`);
const say = (progress: string): void => tell({ progress });
const wants = (work: string): boolean => wanted.length === 0 || wanted.includes(work);
for await (const line of measure({ quick: rest.includes('--quick'), wants, say })) tell({ line });
process.exit(0);
