import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { errorCatalogue } from '#contracts';
import { startTestBroker, type TestBroker } from '#testkit';
import { instancePath, type RegistryClient, someRecord, startRegistry } from '../registry/registry-client.js';
import { type Ended, rollcall } from '../registry/run-main.js';

const COUNT = 6;

let broker: TestBroker;
let registry: RegistryClient;
let directory: string;
let env: Record<string, string>;
let sequence = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-sql-'));
  broker = await startTestBroker();
  env = { ...broker.env, ROLLCALL_DATA_DIR: directory };
  registry = await startRegistry({ ...env, ROLLCALL_ROLES: 'projector,api,sql' });
  await registry.readiness(200);
  for (let index = 1; index <= COUNT; index += 1) {
    const { body } = await registry.put(instancePath('orders', `o-${index}`), someRecord);
    sequence = Number(body['sequence']);
  }
  await tablesAt(sequence);
});
afterAll(async () => {
  await registry.stop();
  await broker.stop();
  await rm(directory, { recursive: true, force: true });
});

const ask = (...words: string[]): Promise<Ended> => rollcall(env, 'sql', ...words);

interface Answer {
  readonly sequence: number;
  readonly columns: readonly string[];
  readonly rows: readonly Record<string, unknown>[];
  readonly isCut: boolean;
}

async function json(...words: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await ask(...words, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Answer;
}

/** Waits until the registry has written a sequence, by what /metrics says. */
async function tablesAt(atLeast: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${registry.url}/metrics`)).text();
    if (Number(/^rollcall_sql_position (\d+)$/m.exec(text)?.[1]) >= atLeast) return;
    await delay(25);
  }
}

function expectFailure(ended: Ended, code: number, error: keyof typeof errorCatalogue, words: string): void {
  expect(ended.stdout).toBe('');
  expect(ended.stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(new RegExp(`^${error}: `))]);
  expect(ended.stderr).toContain(words);
  expect(ended.code).toBe(code);
}

describe('rollcall sql', () => {
  it('answers with a table, says how many rows there are and what they reflect', async () => {
    const { code, stdout, stderr } = await ask('select service, instances, null as none from service_health');
    expect(stdout).toBe('service  instances  none\norders   6          null\n');
    expect(stderr).toMatch(new RegExp(`^1 row, as of sequence ${sequence} \\(\\d{4}-.*Z\\)\n$`));
    expect(code).toBe(0);
  });

  it('needs no broker to ask', async () => {
    const { stdout } = await rollcall(
      { ROLLCALL_DATA_DIR: directory },
      'sql',
      'select count(*) as n from instances',
    );
    expect(stdout).toBe('n\n6\n');
  });

  it('shows so many rows as asked for, and says that there are more', async () => {
    const { stdout, stderr } = await ask('select instance from instances order by 1', '--limit', '2');
    expect(stdout).toBe('instance\no-1\no-2\n');
    expect(stderr).toContain('the first 2 rows; there are more (--limit, at most 100000)');
    expect(await json('select instance from instances', '--limit', '4')).toMatchObject({ isCut: true });
  });

  it('gives JSON for programs, with every column, large numbers and bytes', async () => {
    const answer = await json("select 1 as a, 2 as a, 9007199254740993 as big, null as none, 'x' as b");
    expect(answer).toMatchObject({
      sequence,
      columns: ['a', 'a_2', 'big', 'none', 'b'],
      rows: [{ a: 1, a_2: 2, big: '9007199254740993', none: null, b: 'x' }],
      isCut: false,
    });
    expect(await json('select * from instances where false')).toMatchObject({ rows: [] });
  });

  it('says what is wrong with a statement, and where', async () => {
    const mistakes = [
      ['select * frm instances', 'near "frm": syntax error, at character 10'],
      ['select instance,\n  flavour from instances', 'no such column: flavour, at line 2, character 3'],
      ['', 'there is no statement'],
    ] as const;
    for (const [statement, words] of mistakes)
      expectFailure(await ask(statement), 2, 'ROLLCALL_SQL_INVALID', words);
    expectFailure(await ask(), 2, 'ROLLCALL_USAGE', 'neither a statement nor --rebuild');
    expectFailure(await ask('select 1', '--limit', '0'), 2, 'ROLLCALL_USAGE', '--limit 0');
    expectFailure(await ask('select 1', '--limit', 'all'), 2, 'ROLLCALL_USAGE', '"all"');
    expectFailure(await ask('select 1', '--longest', '2d'), 2, 'ROLLCALL_USAGE', '--longest 2d');
  });

  it('writes nothing, whatever is tried', async () => {
    const victim = join(directory, 'written');
    const attempts = [
      "with x as (select 99 as s) insert into events (sequence, at, at_ms, subject, outcome) select s, '', 0, '', '' from x returning sequence",
      'pragma query_only = 0',
      `vacuum into '${victim}'`,
      `select "writefile"('${victim}', 'x') as [it's]`,
    ];
    for (const statement of attempts) expectFailure(await ask(statement), 2, 'ROLLCALL_SQL_INVALID', '');
    await expect(stat(victim)).rejects.toMatchObject({ code: 'ENOENT' });
    const { rows } = await json("select count(*) as n from events where outcome = 'applied'");
    expect(rows).toEqual([{ n: COUNT }]);
  });

  it('ends a question that would run for ever', async () => {
    const endless = 'with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c';
    expectFailure(await ask(endless, '--longest', '300ms'), 2, 'ROLLCALL_SQL_INVALID', 'longer than 300 ms');
  });

  it('says what to do when there are no tables', async () => {
    const nowhere = (url: string): Promise<Ended> =>
      rollcall({ ...broker.env, ROLLCALL_SQL_URL: url }, 'sql', 'select 1');
    const file = join(directory, 'none.db');
    expectFailure(await nowhere(file), 4, 'ROLLCALL_NOT_FOUND', `there is no SQLite file "${file}". Start a`);
    expectFailure(
      await nowhere('postgres://me@127.0.0.1:1/x'),
      5,
      'ROLLCALL_SQL_UNAVAILABLE',
      'ECONNREFUSED',
    );
    expectFailure(
      await nowhere('mysql://me:secret@host/x'),
      2,
      'ROLLCALL_SETTINGS_INVALID',
      '********@host/x"',
    );
  });

  it('builds the tables again from the journal, beside a registry that keeps them', async () => {
    const { code, stdout } = await ask('--rebuild');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^built from \d+ events, up to sequence \d+, in /),
    ]);
    const { body } = await registry.put(instancePath('orders', 'o-7'), someRecord);
    await tablesAt(Number(body['sequence']));
    const { rows } = await json('select count(*) as n from events');
    const { body: status } = await registry.get('/readyz');
    expect(rows).toEqual([{ n: Number(body['sequence']) }]);
    expect(JSON.stringify(status)).toMatch(/rollcall\.db at sequence \d+, 0 events behind the journal/);
    const elsewhere = { ...env, ROLLCALL_SQL_URL: join(directory, 'elsewhere.db') };
    const built = await rollcall(
      elsewhere,
      'sql',
      '--rebuild',
      'select instance from instances',
      '--limit',
      '1',
    );
    expect(built.stdout).toMatch(/built from \d+ events.*elsewhere\.db\ninstance\no-/s);
  });
});

describe('a registry with the role sql', () => {
  it('answers callers while its database is away, and says so', async () => {
    const other = await startRegistry({
      ...broker.env,
      ROLLCALL_SQL_URL: 'postgres://me:secret@127.0.0.1:1/none',
      ROLLCALL_DNS_PORT: '0',
    });
    await other.readiness(200, /not kept up: ROLLCALL_SQL_UNAVAILABLE.*all else is served/);
    expect((await other.get('/v1/namespaces/default/services')).status).toBe(200);
    const metrics = await (await fetch(`${other.url}/metrics`)).text();
    expect(metrics).toMatch(/^rollcall_sql_up 0$/m);
    expect(metrics).not.toContain('secret');
    await other.stop();
  });

  it('is not ready when keeping tables is all it does and it cannot', async () => {
    const alone = await startRegistry({
      ...broker.env,
      ROLLCALL_ROLES: 'sql',
      ROLLCALL_SQL_URL: 'postgres://me@127.0.0.1:1/none',
    });
    expect(await alone.readiness(503, /not kept up/)).toContain('ECONNREFUSED');
    await alone.stop();
  });
});
