#!/usr/bin/env node
import { main } from './commands.js';

// A reader that goes away (`| head -1`) is no failure of ours; the writer sees the error too and stops the command.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

process.exitCode = await main(process.argv.slice(2), process);
