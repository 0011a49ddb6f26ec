// What a server in Node costs at least. Usage: bare_server.js parse|commit DATA
//   parse: reads the body, splits it into lines, parses each with JSON.parse.
//   commit: parses the body and answers when it is durable, by the same group commit as the server's own store.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DiskStore } from '../src/store/disk/store.js';

const [kind = '', data = ''] = process.argv.slice(2);
const store = kind === 'commit' ? await DiskStore.open(data) : null;

async function take(body: Buffer): Promise<number> {
  let events = 0;
  for (const line of body.toString().split('\n')) {
    if (line === '') continue;
    JSON.parse(line);
    events++;
  }
  await store?.append(0, [{ kind: 'events', count: events, payload: body, ids: [] }], Date.now());
  return events;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    void take(Buffer.concat(chunks)).then((accepted) => {
      const body = JSON.stringify({ accepted });
      response.writeHead(202, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    });
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
});
process.once('SIGTERM', () => {
  server.close(() => void (store?.close() ?? Promise.resolve()).then(() => process.exit(0)));
  server.closeAllConnections();
});
