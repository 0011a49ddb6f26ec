import { isError, renderProblems } from '../report.js';
import { EXIT, UsageError } from '../terminal.js';
import { type Call, type Group, groupCommand } from './group.js';
import { type Column, pairs } from './listing.js';
import { LIST_OPTIONS, list } from './pages.js';
import { post } from './posting.js';
import { type JsonObject, ProblemAnswer, renderErrors } from './problem.js';
import { readStatements } from './statements.js';

const COLUMNS: readonly Column[] = [
  ['name', ({ name }) => name],
  ['version', ({ version }) => version],
  ['declared', ({ declared }) => (declared === true ? 'yes' : 'no')],
  ['event time', ({ event_time }) => event_time ?? '(arrival)'],
  ['delay', ({ delay }) => delay],
  ['key', ({ key }) => (Array.isArray(key) ? key.join(', ') : '')],
  ['watermark', ({ watermark }) => watermark],
];

const EVENTS: readonly Column[] = [
  ['offset', ({ offset }) => offset],
  ['arrival', ({ arrival }) => arrival],
  ['data', ({ data }) => pairs(data)],
];

const ERASURES: readonly Column[] = [
  ['offset', ({ offset }) => offset],
  ['stream', ({ stream }) => stream],
  ['columns', ({ columns }) => (Array.isArray(columns) ? columns.join(', ') : '')],
  ['requested', ({ requested_at }) => requested_at],
  ['by', ({ requested_by }) => requested_by],
  ['finished', ({ finished_at }) => finished_at ?? '(under way)'],
  ['events', ({ events }) => events],
  ['alerts', ({ alerts }) => alerts],
];

const group: Group = {
  name: 'streams',
  summary: "A server's streams and their events.",
  actions: [
    {
      ...{ name: 'list', takes: '', summary: 'every stream, by name', options: ['limit', 'all'] },
      run: async (call) => {
        await list(call, '/v1/streams', {}, COLUMNS);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'get', takes: 'NAME', summary: 'one stream' },
      run: async (call) => {
        await call.listing.one((await call.connection.send('GET', streamPath(call))) as JsonObject);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'put', takes: 'FILE...', summary: 'declare the streams of .sql files, or change them' },
      run: put,
    },
    {
      ...{ name: 'delete', takes: 'NAME', summary: 'delete a stream that no rule reads' },
      run: async (call) => {
        await call.connection.send('DELETE', streamPath(call));
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'post', takes: 'NAME [FILE]', summary: 'post events, one JSON object a line' },
      run: (call) => post(call, streamPath(call), call.names[1] ?? '-'),
    },
    {
      ...{
        name: 'watermark',
        takes: 'NAME TIME',
        summary: 'nothing earlier will come: deadlines before it fall due',
      },
      run: async (call) => {
        const [, time = ''] = call.names;
        const answer = await call.connection.send('POST', `${streamPath(call)}/watermark`, {
          body: { time },
        });
        await call.listing.one(answer as JsonObject);
        return EXIT.ok;
      },
    },
    {
      ...{
        name: 'erase',
        takes: 'NAME KEY',
        summary: "erase a subject's events, and what alerts show of them",
      },
      run: async (call) => {
        const [, key = ''] = call.names;
        const answer = await call.connection.send('DELETE', `${streamPath(call)}/events`, { query: { key } });
        await call.listing.table((answer as { items: JsonObject[] }).items, ERASURES);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'erasures', takes: '', summary: 'what was erased, oldest first', options: ['limit', 'all'] },
      run: async (call) => {
        await list(call, '/v1/erasures', {}, ERASURES);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'events', takes: 'NAME', summary: 'what is in the log', options: ['limit', 'all', 'from'] },
      run: async (call) => {
        await list(call, `${streamPath(call)}/events`, { from: call.options['from'] }, EVENTS);
        return EXIT.ok;
      },
    },
  ],
  options: {
    ...LIST_OPTIONS,
    from: { value: 'OFFSET', help: 'events: where to begin; by default with the oldest that is kept' },
  },
  notes: `post reads FILE, or standard input, and sends it in batches that are each taken once, however often they have to be sent.
Events that do not fit go to standard error with their line number and are counted; the rest is taken, and the exit code
is 1.

erase takes the value of the stream's key, or a JSON object of columns: tocsin streams erase payments '4000 1234'
It cannot be undone; backups that were made before are not touched.`,
};

/** `tocsin streams` */
export const streams = groupCommand(group);

function streamPath({ names: [name = ''] }: Call): string {
  return `/v1/streams/${encodeURIComponent(name)}`;
}

async function put(call: Call): Promise<number> {
  const { statements, problems } = await readStatements(call.names, call.terminal.stdin);
  if (problems.some(isError)) {
    call.terminal.stderr.write(renderProblems(problems, call.color));
    return EXIT.no;
  }
  const rule = statements.find(({ kind }) => kind !== 'create_stream');
  if (rule !== undefined) {
    throw new UsageError(`${rule.file.path} holds rules too: 'tocsin rules put' registers all of it`);
  }
  const kept: JsonObject[] = [];
  let code: number = EXIT.ok;
  for (const placed of statements) {
    const path = `/v1/streams/${encodeURIComponent(placed.name ?? '')}`;
    try {
      const body = { body: placed.text, type: 'application/sql' };
      kept.push((await call.connection.send('PUT', path, body)) as JsonObject);
    } catch (error) {
      if (!(error instanceof ProblemAnswer) || !error.errors.some(({ line }) => line !== undefined))
        throw error;
      call.terminal.stderr.write(renderErrors(error.errors, 'error', placed, call.color));
      code = error.exitCode;
    }
  }
  await call.listing.table(kept, COLUMNS);
  return code;
}
