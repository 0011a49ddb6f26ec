import { EXIT, UsageError } from '../terminal.js';
import { type Call, type Group, groupCommand } from './group.js';
import type { Column } from './listing.js';
import { LIST_OPTIONS, list } from './pages.js';
import type { JsonObject } from './problem.js';

const COLUMNS: readonly Column[] = [
  ['name', ({ name }) => name],
  ['type', ({ type }) => type],
  ['url', ({ url }) => url],
  [
    'state',
    ({ disabled }) =>
      disabled === null ? 'enabled' : `disabled: ${String((disabled as JsonObject)['reason'])}`,
  ],
];

const group: Group = {
  name: 'destinations',
  summary: "A server's destinations: where alerts go.",
  actions: [
    {
      ...{ name: 'list', takes: '', summary: 'every destination, by name', options: ['limit', 'all'] },
      run: async (call) => {
        await list(call, '/v1/destinations', {}, COLUMNS);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'get', takes: 'NAME', summary: 'one destination, without its secret' },
      run: (call) => show(call, 'GET'),
    },
    {
      ...{ name: 'put', takes: 'NAME URL', summary: 'add a webhook, or replace what there was of that name' },
      options: ['timeout', 'header', 'server-alerts'],
      run: put,
    },
    {
      ...{ name: 'delete', takes: 'NAME', summary: 'delete a destination that no rule notifies' },
      run: async (call) => {
        await call.connection.send('DELETE', destinationPath(call));
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'enable', takes: 'NAME', summary: 'send to a disabled destination again' },
      run: async (call) => {
        const path = `${destinationPath(call)}/enable`;
        await call.listing.one((await call.connection.send('POST', path)) as JsonObject);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'test', takes: 'NAME', summary: 'send a signed test alert, and say what came back' },
      run: async (call) => {
        const outcome = (await call.connection.send('POST', `${destinationPath(call)}/test`)) as JsonObject;
        await call.listing.one(outcome);
        return outcome['delivered'] === true ? EXIT.ok : EXIT.no;
      },
    },
  ],
  options: {
    ...LIST_OPTIONS,
    timeout: { value: 'DURATION', help: "put: of one attempt (default '15 SECONDS')" },
    header: { value: "'NAME: VALUE'", help: 'put: a header that is sent with every post' },
    'server-alerts': {
      help: "put: the server's own alerts, such as that a destination is disabled, go there too",
    },
  },
  notes: `A destination that took nothing for five days, or said that it is gone, is disabled: 'list' says why. Then
  tocsin destinations enable NAME
  tocsin deliveries list --state dead --destination NAME --all --json | jq -r .id | xargs tocsin deliveries retry
put shows the secret that the receiver verifies with when it was made just now, and never again.
test exits with 1 when the alert was not taken.`,
};

/** `tocsin destinations` */
export const destinations = groupCommand(group);

function destinationPath({ names: [name = ''] }: Call): string {
  return `/v1/destinations/${encodeURIComponent(name)}`;
}

async function show(call: Call, method: string): Promise<number> {
  await call.listing.one((await call.connection.send(method, destinationPath(call))) as JsonObject);
  return EXIT.ok;
}

async function put(call: Call): Promise<number> {
  const { timeout, header } = call.options;
  const [, url = ''] = call.names;
  const body = {
    ...{ type: 'webhook', url },
    ...(timeout === undefined ? {} : { timeout }),
    ...(header === undefined ? {} : { headers: headerOf(header) }),
    ...(call.flags.has('server-alerts') ? { server_alerts: true } : {}),
  };
  await call.listing.one((await call.connection.send('PUT', destinationPath(call), { body })) as JsonObject);
  return EXIT.ok;
}

function headerOf(text: string): Record<string, string> {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`--header ${text}: write it as 'NAME: VALUE'`);
  }
  return { [name]: value };
}
