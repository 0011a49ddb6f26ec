import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { JsonValue } from '../../event/json.js';
import { count, isError, renderProblems } from '../report.js';
import { reason } from '../rule-files.js';
import { EXIT, Failure, UsageError } from '../terminal.js';
import { backtest } from './backtest.js';
import { type Call, type Group, groupCommand } from './group.js';
import { type Column, pairs } from './listing.js';
import { LIST_OPTIONS, list } from './pages.js';
import { type JsonObject, ProblemAnswer, renderErrors } from './problem.js';
import { type PlacedStatement, readStatements } from './statements.js';

const COLUMNS: readonly Column[] = [
  ['name', ({ name }) => name],
  ['version', ({ version }) => version],
  ['severity', ({ severity }) => severity],
  [
    'state',
    ({ enabled, failure }) => (enabled === false ? 'paused' : failure === null ? 'running' : 'failed'),
  ],
  ['streams', ({ streams }) => joined(streams)],
  ['notify', ({ notify }) => joined(notify)],
];

const VERSIONS: readonly Column[] = [
  ['at', ({ at }) => at],
  ['change', ({ change }) => change],
  ['version', ({ version }) => version],
  ['by', ({ by }) => by],
  ['severity', ({ severity }) => severity],
  ['params', ({ params }) => pairs(params)],
];

const group: Group = {
  name: 'rules',
  summary: "A server's rules: register, look, change, try.",
  actions: [
    {
      ...{ name: 'list', takes: '', summary: 'every rule, by name', options: ['limit', 'all'] },
      run: async (call) => {
        await list(call, '/v1/rules', {}, COLUMNS);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'get', takes: 'NAME', summary: 'one rule' },
      run: (call) => show(call, 'GET', rulePath(call)),
    },
    {
      ...{
        name: 'put',
        takes: 'FILE...',
        summary: 'register or replace the statements of .sql files, streams first',
      },
      options: ['name'],
      run: put,
    },
    {
      ...{ name: 'delete', takes: 'NAME', summary: 'delete a rule and its state; its alerts stay' },
      run: async (call) => {
        await call.connection.send('DELETE', rulePath(call));
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'pause', takes: 'NAME', summary: 'stop a rule: it sees no events' },
      run: (call) => show(call, 'POST', `${rulePath(call)}/pause`),
    },
    {
      ...{ name: 'resume', takes: 'NAME', summary: 'let a paused or failed rule go on' },
      run: (call) => show(call, 'POST', `${rulePath(call)}/resume`),
    },
    {
      ...{ name: 'versions', takes: 'NAME', summary: 'what a rule was before', options: ['limit', 'all'] },
      run: async (call) => {
        await list(call, `${rulePath(call)}/versions`, {}, VERSIONS);
        return EXIT.ok;
      },
    },
    {
      ...{ name: 'validate', takes: 'FILE...', summary: 'what the server says of rules; nothing is stored' },
      options: ['name'],
      run: validate,
    },
    {
      ...{ name: 'backtest', takes: 'FILE', summary: "run a rule over what is in the server's log" },
      options: ['name', 'from', 'to', 'limit', 'exit-code'],
      run: async (call) => {
        const [placed, second] = await readRules(call, call.names);
        if (placed === undefined) return EXIT.no;
        if (second !== undefined)
          throw new UsageError(`${placed.file.path} holds several rules: one is run at a time`);
        const name = selectName(placed, call.options['name']) ?? placed.name ?? '';
        return placing(call, placed, () => backtest(call, placed, name));
      },
    },
  ],
  options: {
    ...LIST_OPTIONS,
    name: { value: 'NAME', help: 'how a SELECT alone is called; by default as its file' },
    from: { value: 'TIME', help: 'backtest: matches that were not final before this event time' },
    to: { value: 'TIME', help: 'backtest: as far as the watermark comes to this event time' },
    'exit-code': { help: 'backtest: exit 1 when there was no match' },
  },
  notes: `FILE is .sql, or - for standard input; put also takes .json, a rule as the REST API has it ({query, severity, ...}).
What is registered already and says the same is left as it is. A backtest's matches are listed up to --limit, and the
whole answer is one JSON object where JSON is written.`,
};

/** `tocsin rules` */
export const rules = groupCommand(group);

function rulePath({ names: [name = ''] }: Call): string {
  return `/v1/rules/${encodeURIComponent(name)}`;
}

async function show({ connection, listing }: Call, method: string, path: string): Promise<number> {
  await listing.one((await connection.send(method, path)) as JsonObject);
  return EXIT.ok;
}

async function put(call: Call): Promise<number> {
  const jsons = call.names.filter((path) => path.endsWith('.json'));
  const sqls = call.names.filter((path) => !path.endsWith('.json'));
  const placed = sqls.length === 0 ? [] : await readAll(call, sqls);
  if (placed === null) return EXIT.no;
  if (call.options['name'] !== undefined && placed.length + jsons.length > 1) {
    throw new UsageError('--name names one rule, and there are several');
  }
  const streams = placed.filter(({ kind }) => kind === 'create_stream');
  const others = placed.filter(({ kind }) => kind !== 'create_stream');
  const kept: JsonObject[] = [];
  let code: number = EXIT.ok;
  for (const each of [...streams, ...others]) {
    const isStream = each.kind === 'create_stream';
    const name = nameOf(each, call.options['name']);
    const path = `/v1/${isStream ? 'streams' : 'rules'}/${encodeURIComponent(name)}`;
    const refused = await placing(call, each, async () => {
      const body = { body: each.text, type: 'application/sql' };
      const answer = (await call.connection.send('PUT', path, body)) as JsonObject;
      warn(call, each, answer);
      if (!isStream) kept.push(answer);
      return EXIT.ok;
    });
    code = Math.max(code, refused);
  }
  for (const path of jsons) {
    const name = call.options['name'] ?? basename(path, extname(path));
    const body = await readJson(path);
    kept.push(
      (await call.connection.send('PUT', `/v1/rules/${encodeURIComponent(name)}`, { body })) as JsonObject,
    );
  }
  await call.listing.table(kept, COLUMNS);
  return code;
}

async function validate(call: Call): Promise<number> {
  const placed = await readRules(call, call.names);
  const found: JsonObject[] = [];
  for (const each of placed) {
    const name = selectName(each, call.options['name']) ?? each.name;
    const body = { query: each.text, ...(name === null || name === '' ? {} : { name }) };
    const answer = (await call.connection.send('POST', '/v1/rules/validate', { body })) as JsonObject;
    found.push({ file: each.file.path, name, ...answer });
    const errors = answer['diagnostics'] as readonly JsonObject[];
    if (!call.listing.isJson && errors.length > 0) {
      call.terminal.stderr.write(renderErrors(errors, 'error', each, call.color));
    }
    if (!call.listing.isJson) warn(call, each, answer);
  }
  if (call.listing.isJson) await call.listing.table(found, []);
  const wrong = found.filter(({ valid }) => valid === false).length;
  if (!call.listing.isJson) call.say(`${count(found.length, 'statement')}, ${wrong} of them invalid`);
  return wrong > 0 || placed.length === 0 ? EXIT.no : EXIT.ok;
}

/** The rules of .sql files; none, and the mistakes are shown, where one cannot be read as SQL. */
async function readRules(call: Call, paths: readonly string[]): Promise<readonly PlacedStatement[]> {
  const placed = await readAll(call, paths);
  if (placed === null) return [];
  const rules = placed.filter(({ kind }) => kind !== 'create_stream');
  if (rules.length === 0) throw new UsageError(`${paths.join(', ')}: there is no rule`);
  return rules;
}

async function readAll(call: Call, paths: readonly string[]): Promise<readonly PlacedStatement[] | null> {
  const { statements, problems } = await readStatements(paths, call.terminal.stdin);
  if (!problems.some(isError)) return statements;
  call.terminal.stderr.write(renderProblems(problems, call.color));
  return null;
}

/** Shows what the server refuses with its place in the file; other problems go on. */
async function placing(call: Call, placed: PlacedStatement, ask: () => Promise<number>): Promise<number> {
  try {
    return await ask();
  } catch (error) {
    const isPlaced =
      error instanceof ProblemAnswer && error.errors.some((each) => typeof each['line'] === 'number');
    if (!isPlaced) throw error;
    call.terminal.stderr.write(renderErrors(error.errors, 'error', placed, call.color));
    return error.exitCode;
  }
}

function warn({ terminal, color }: Call, placed: PlacedStatement, answer: JsonObject): void {
  const warnings = (answer['warnings'] ?? []) as readonly JsonObject[];
  if (terminal.stderr.isTTY === true && warnings.length > 0) {
    terminal.stderr.write(renderErrors(warnings, 'warning', placed, color));
  }
}

/** What a rule or stream is called. @throws UsageError for one without a name */
function nameOf(placed: PlacedStatement, given: string | undefined): string {
  const called = selectName(placed, given) ?? placed.name ?? '';
  if (called !== '') return called;
  const { file, name } = placed;
  const why = name === null ? 'holds several SELECTs' : 'has no name for the rule';
  throw new UsageError(`${file.path} ${why}: write CREATE RULE name AS before a SELECT, or give --name`);
}

/** What a SELECT alone was told to be called. @throws UsageError for a statement that says its own name */
function selectName({ file, kind, name }: PlacedStatement, given: string | undefined): string | undefined {
  if (given !== undefined && kind !== 'select') {
    throw new UsageError(`--name ${given}: ${file.path} says a name itself, '${name ?? ''}'`);
  }
  return given;
}

async function readJson(path: string): Promise<JsonValue> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JsonValue;
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${reason(error)}`);
  }
}

function joined(value: JsonValue | undefined): string {
  return Array.isArray(value) ? value.join(', ') : '';
}
