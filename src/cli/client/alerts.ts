import { EXIT } from '../terminal.js';
import { follow } from './following.js';
import { type Group, groupCommand } from './group.js';
import { type Column, pairs } from './listing.js';
import { LIST_OPTIONS, list } from './pages.js';
import type { JsonObject } from './problem.js';

const COLUMNS: readonly Column[] = [
  ['timestamp', ({ timestamp }) => timestamp],
  ['severity', ({ severity }) => severity],
  ['rule', ({ rule }) => rule],
  ['key', ({ key }) => pairs(key)],
  ['row', ({ row, rows }) => (rows === undefined ? pairs(row) : JSON.stringify(rows))],
  ['id', ({ id }) => id],
];

const FILTER = ['rule', 'severity', 'since'];

const group: Group = {
  name: 'alerts',
  summary: "A server's alerts: what its rules found.",
  actions: [
    {
      ...{ name: 'list', takes: '', summary: 'alerts, oldest first', options: ['limit', 'all', ...FILTER] },
      run: async (call) => {
        const { rule, severity, since } = call.options;
        await list(call, '/v1/alerts', { rule, severity, since }, COLUMNS);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'get', takes: 'ID', summary: 'one alert, with the events that made it' },
      run: async ({ connection, listing, names: [id = ''] }) => {
        const alert = await connection.send('GET', `/v1/alerts/${encodeURIComponent(id)}`);
        await listing.one(alert as JsonObject);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'follow', takes: '', summary: 'alerts as they happen, until Ctrl-C' },
      options: ['limit', 'cursor', ...FILTER],
      run: follow,
    },
  ],
  options: {
    ...LIST_OPTIONS,
    rule: { value: 'NAME', help: 'of this rule only' },
    severity: { value: 'LEVEL', help: 'of this severity only: info, low, medium, high or critical' },
    since: { value: 'TIME', help: 'from this time on, ISO 8601; follow begins with those' },
    cursor: { value: 'ID', help: 'follow: go on behind the alert that came with this id' },
  },
  notes: `follow begins with what comes next. When the connection breaks off it connects again and goes on where it was, without a
gap; with --limit it ends after so many alerts.`,
};

/** `tocsin alerts` */
export const alerts = groupCommand(group);
