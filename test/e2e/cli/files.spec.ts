import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBroker, type TestBroker } from '#testkit';
import { type Ended, rollcall, runMain, type RunningMain } from '../registry/run-main.js';

let broker: TestBroker;
let projector: RunningMain;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-files-'));
  broker = await startTestBroker();
  projector = await startProjector(broker.env);
  for (const instance of ['orders-1', 'orders-2', 'orders-3'])
    await run('register', 'orders', instance, '--version', '1.0.0');
  await run('drain', 'orders/orders-2', '--reason', 'warm');
  await run('deregister', 'orders', 'orders-1', '--reason', 'moved');
  await run('register', 'payments', 'payments-1', '--version', '2.0.0');
});
afterAll(async () => {
  await endMain(projector);
  await broker.stop();
  await rm(directory, { recursive: true, force: true });
});

const run = (...words: string[]): Promise<Ended> => rollcall(broker.env, ...words);
const within = (name: string): string => join(directory, name);

async function startProjector(env: Readonly<Record<string, string>>): Promise<RunningMain> {
  const main = runMain('apps/projector/src/main.js', { ...env, ROLLCALL_LOG: 'json' });
  await main.line(/"message":"ready".*leading/);
  return main;
}

async function endMain({ child, ended }: RunningMain): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}

describe('a backup on the command line', () => {
  it('is written, shown, refused where a registry is, and restored where none is', async () => {
    const made = await run('backup', 'create', within('backup'));
    expect(made.stdout).toMatch(/^STREAM +MESSAGES .*\n[\s\S]*REGISTRY +6 +1 to 6 /);
    expect((await rollcall({}, 'backup', 'show', within('backup'))).stdout).toBe(made.stdout);
    const refused = await run('backup', 'restore', within('backup'));
    expect(refused.stderr).toMatch(/^ROLLCALL_PLACE_TAKEN: the broker holds a registry already: REGISTRY, /m);
    expect(refused.code).not.toBe(0);
    const again = await run('backup', 'create', within('backup'));
    expect(again.stderr).toMatch(/^ROLLCALL_PLACE_TAKEN: ".*backup" exists/);

    const empty = await startTestBroker();
    const restored = await rollcall(empty.env, 'backup', 'restore', within('backup'));
    expect(restored.stdout).toMatch(/^restored events 1 to 6; \d are what was audited/);
    const there = await startProjector(empty.env);
    expect(await rollcall(empty.env, 'verify')).toMatchObject({ code: 0 });
    expect((await rollcall(empty.env, 'audit', 'verify')).stdout).toContain('the chain holds');
    const instances = ['instances', 'orders', '--all', '--json'];
    expect((await rollcall(empty.env, ...instances)).stdout).toBe((await run(...instances)).stdout);
    await endMain(there);
    await empty.stop();
  });

  it('goes into the broker of a directory that does not run, which is started for it', async () => {
    const env = {
      ROLLCALL_DATA_DIR: within('data'),
      ROLLCALL_NATS_PORT: '-1',
      PATH: process.env['PATH'] ?? '',
    };
    const restored = await rollcall(env, 'backup', 'restore', within('backup'), '--json');
    expect(JSON.parse(restored.stdout)).toMatchObject({ from: 1, to: 6 });
    const refused = await rollcall(env, 'backup', 'restore', within('backup'));
    expect(refused.stderr).toContain('ROLLCALL_PLACE_TAKEN');
  });
});

describe('an incident on the command line', () => {
  it('is exported to a file and shown in a sandbox, with what stood before it', async () => {
    const file = within('incident.ndjson.gz');
    const exported = await run('export', file, '--from', '4', '--service', 'orders');
    expect(exported.stderr).toBe(`wrote 2 events, 4 to 6, and 3 that made what stood before, to "${file}"\n`);
    const sandbox = runMain('apps/cli/src/main.js', { PATH: process.env['PATH'] ?? '' }, [
      'replay',
      file,
      '--into',
      'sandbox',
      '--json',
    ]);
    const { url, dataDir } = JSON.parse(await sandbox.line(/"url"/)) as { url: string; dataDir: string };
    expect(JSON.parse(await sandbox.line(/"sameSequence"/))).toMatchObject({ before: 3, events: 2 });
    const told = await rollcall({ ROLLCALL_DATA_DIR: dataDir }, 'timeline', 'orders', '-t', 'deregistered');
    expect(told.stdout).toMatch(/orders\/orders-1 {2}incarnation 1 said good-bye.*because: moved/);
    const then = await fetch(`${url}/v1/namespaces/default/services/orders/instances?at=3`);
    expect(then.status).toBe(200);
    expect(await then.text()).toMatch(/orders-1.*orders-2.*orders-3/);
    expect((await rollcall({ ROLLCALL_DATA_DIR: dataDir }, 'verify')).code).toBe(0);
    await endMain(sandbox);
    expect((await rollcall({ ROLLCALL_DATA_DIR: dataDir }, 'services')).code).not.toBe(0);
  });

  it('goes into a registry that is empty, under a prefix of its own, once', async () => {
    const file = within('all.ndjson');
    await run('export', file);
    const words = ['replay', file, '--into', broker.url, '--prefix', 'incident'];
    expect((await run(...words)).stdout).toBe(
      'replayed 6 events on 0 that made what stood before, to sequences 1 to 6\n',
    );
    expect((await run(...words)).stderr).toContain('"INCIDENT_REGISTRY" has 6 events');
    await writeFile(within('none.ndjson'), 'nothing\n');
    for (const [bad, code] of [
      [
        ['replay', within('none.ndjson'), '--into', broker.url],
        'ROLLCALL_ARCHIVE_INVALID: line 1: it is not JSON',
      ],
      [['replay', file, '--into', 'here'], 'ROLLCALL_USAGE: --into is "here"'],
      [['replay', file], 'ROLLCALL_USAGE: where'],
      [['replay', '--into', 'sandbox'], 'ROLLCALL_USAGE: no archive is named'],
      [['replay', file, '--into', 'sandbox', '--speed', '0'], 'ROLLCALL_USAGE: speed "0"'],
      [['export', within('x.gz'), '--to', '99'], 'ROLLCALL_AFTER_HISTORY'],
    ] as const) {
      const refused = await run(...bad);
      expect(refused.stderr).toContain(code);
      expect(refused.code).not.toBe(0);
    }
  });
});
