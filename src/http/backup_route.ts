import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Backups } from '../runtime/backup.js';
import type { StoreCopy } from '../store/store.js';
import { type Route, route } from './route.js';

const FORMAT = 'tocsin-format';

/** A copy of everything, while the server works. */
export function backupRoute(backups: Backups): Route {
  return route('post', '/v1/backup', {
    purpose: {
      id: 'makeBackup',
      tag: 'Operation',
      summary: "A copy of the server's data",
      description:
        'Everything as of one moment: log, state, alerts, deliveries, rules, destinations with their secrets. ' +
        'As `data.mdb` in a directory of its own it is data to start a server on. While it is made the server works on; ' +
        'it needs as much free room on the disk as the data takes. With Redis the answer is 409: Redis has tools for it.',
    },
    responses: {
      200: {
        description: 'The copy',
        type: 'application/octet-stream',
        headers: { [FORMAT]: "The data's format, for the file `format` beside it." },
      },
    },
    problems: ['no_backup', 'overloaded', 'not_ready', 'store_full', 'store_unavailable'],
    handle: async ({ request }) => {
      // Nothing moves on the connection while the copy is made.
      request.socket.setTimeout(0);
      const copy = await backups.make();
      return { status: 200, stream: (response) => send(copy, response) };
    },
  });
}

async function send(copy: StoreCopy, response: ServerResponse): Promise<void> {
  try {
    response.writeHead(200, {
      ...{ 'content-type': 'application/octet-stream', 'content-length': copy.bytes },
      ...{ 'cache-control': 'no-store', [FORMAT]: String(copy.format) },
    });
    await pipeline(Readable.from(copy.chunks()), response);
  } catch {
    // The client has gone, or sees by the length that it has not got all of it.
    response.destroy();
  } finally {
    await copy.close();
  }
}
