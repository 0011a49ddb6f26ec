import { EXIT } from '../terminal.js';
import { type Group, groupCommand } from './group.js';
import type { Column } from './listing.js';
import { LIST_OPTIONS, list } from './pages.js';
import type { JsonObject } from './problem.js';

const COLUMNS: readonly Column[] = [
  ['created', ({ created_at }) => created_at],
  ['state', ({ state }) => state],
  ['destination', ({ destination }) => destination],
  ['rule', ({ rule }) => rule],
  ['attempts', ({ attempts }) => attemptsOf(attempts).length],
  ['last answer', ({ attempts }) => lastAnswer(attemptsOf(attempts).at(-1))],
  ['due', ({ due_at }) => due_at],
  ['id', ({ id }) => id],
];

const group: Group = {
  name: 'deliveries',
  summary: "A server's deliveries: which alert went where, and what came back.",
  actions: [
    {
      ...{ name: 'list', takes: '', summary: 'deliveries, oldest first' },
      options: ['limit', 'all', 'destination', 'state'],
      run: async (call) => {
        const { destination, state } = call.options;
        await list(call, '/v1/deliveries', { destination, state }, COLUMNS);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'retry', takes: 'ID...', summary: 'try dead deliveries again, from now on' },
      run: async ({ connection, listing, names }) => {
        const due: JsonObject[] = [];
        for (const id of names) {
          const path = `/v1/deliveries/${encodeURIComponent(id)}/retry`;
          due.push((await connection.send('POST', path)) as JsonObject);
        }
        await listing.table(due, COLUMNS);
        return EXIT.ok;
      },
    },
  ],
  options: {
    ...LIST_OPTIONS,
    destination: { value: 'NAME', help: 'to this destination only' },
    state: { value: 'STATE', help: 'in this state only: pending, retrying, delivered or dead' },
  },
  notes: `All that is dead, again:
  tocsin deliveries list --state dead --all --json | jq -r .id | xargs tocsin deliveries retry`,
};

/** `tocsin deliveries` */
export const deliveries = groupCommand(group);

function attemptsOf(attempts: unknown): readonly JsonObject[] {
  return Array.isArray(attempts) ? (attempts as readonly JsonObject[]) : [];
}

function lastAnswer(attempt: JsonObject | undefined): string {
  if (attempt === undefined) return '';
  const { status, error } = attempt;
  return String(status ?? error ?? '');
}
