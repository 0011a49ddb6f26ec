import { writeFileSync } from 'node:fs';
import { PAGE, readPage } from './page.js';
import { withTables } from './tables.js';

// Brings the tables of the reference up to date with the code: npx tsx test/reference/write.ts
writeFileSync(PAGE, withTables(readPage()));
