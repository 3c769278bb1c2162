import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { startTestBroker, type TestBroker } from '#testkit';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';
import { type Ended, rollcall } from '../registry/run-main.js';

// Each command is a process of its own.
jest.setTimeout(120_000);

let broker: TestBroker;
let registry: RegistryProcess;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  broker = await startTestBroker();
  folder = await mkdtemp(join(tmpdir(), 'rollcall-cli-config-'));
  env = { ...broker.env, ROLLCALL_CONFIG_KEYS_FILE: join(folder, 'ring') };
  registry = startRegistry(broker);
  await registry.untilReady();
});
afterAll(async () => {
  await registry.kill();
  await rm(folder, { recursive: true });
  await broker.stop();
});

const run = (...words: string[]): Promise<Ended> => rollcall(env, ...words);

/** Runs a command that must succeed, and gives what it prints. */
async function well(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...words);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('ROLLCALL_')]);
  return stdout;
}

async function written(...words: string[]): Promise<number> {
  const { sequence } = JSON.parse(await well(...words, '--json')) as { sequence: number };
  for (;;) {
    const { view } = JSON.parse(await well('status', '--json')) as { view: { sequence: number } };
    if (view.sequence >= sequence) return sequence;
  }
}

describe('rollcall config', () => {
  it('sets, shows, lists, compares, brings back and deletes keys, each revision with who and why', async () => {
    const first = await written('config', 'set', 'payments', 'limits.maxPool', '10', '--reason', 'a start');
    const second = await written('config', 'set', 'payments', 'limits.maxPool', '20', '--actor', 'ann');
    expect(await well('config', 'get', 'payments', 'limits.maxPool')).toBe('20\n');
    expect(await well('config', 'list', 'payments')).toMatch(/limits\.maxPool +number +20 +\d+ +ann/);
    expect(await well('config', 'list')).toMatch(/payments +1/);
    const history = await well('config', 'history', 'payments', 'limits.maxPool');
    expect(history).toMatch(new RegExp(`${first} .* 10 .*a start[^]*${second} .* ann +20`));
    const diff = await well('config', 'diff', 'payments', 'limits.maxPool', String(first), String(second));
    expect(diff).toMatch(/10[^]*20/);
    await written('config', 'rollback', 'payments', 'limits.maxPool', String(first));
    expect(await well('config', 'get', 'payments', 'limits.maxPool')).toBe('10\n');
    await written('config', 'delete', 'payments', 'limits.maxPool', '--reason', 'the default will do');
    expect(await run('config', 'get', 'payments', 'limits.maxPool')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^ROLLCALL_NOT_FOUND: .*limits\.maxPool/),
    });
  });

  it('refuses what somebody else changed meanwhile, and says who, when and to what', async () => {
    const revision = await written('config', 'set', 'raced', 'k', 'a', '--actor', 'ann');
    await written('config', 'set', 'raced', 'k', 'b', '--actor', 'bob', '--expect', String(revision));
    const late = await run('config', 'set', 'raced', 'k', 'c', '--expect', String(revision));
    expect(late).toMatchObject({
      code: 8,
      stderr: expect.stringMatching(/^ROLLCALL_CONFIG_CONFLICT: .*bob set it to "b"/),
    });
  });

  it('imports a file whole or not at all, shows the plan first, and exports what reads back the same', async () => {
    const file = join(folder, 'x.env');
    await writeFile(file, 'HOST=db.internal\n# @type number\nPOOL=10\n');
    expect(await well('config', 'import', 'files', file, '--dry-run')).toMatch(
      /added +HOST +db\.internal[^]*added +POOL +10/,
    );
    expect((await run('config', 'get', 'files', 'HOST')).code).toBe(4);
    await written('config', 'import', 'files', file);
    expect(await well('config', 'export', 'files', '--format', 'env')).toBe(await readFile(file, 'utf8'));
    await writeFile(file, 'HOST=other\nno value\n');
    expect(await run('config', 'import', 'files', file)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ROLLCALL_IMPORT_INVALID: [^]*line 2, column 1/),
    });
    expect(await well('config', 'get', 'files', 'HOST')).toBe('db.internal\n');
  });

  it('shows what one instance sees, and from which layer', async () => {
    await written('config', 'set', '_shared', 'level', 'info');
    const file = join(folder, 'overrides.json');
    const override = { name: 'canary', match: { tags: ['canary'] }, contentType: 'text', value: 'debug' };
    await writeFile(file, JSON.stringify([override]));
    await written('config', 'override', 'seen', 'level', file);
    const plain = await well('config', 'effective', 'seen', '--instance', 's-1');
    expect(plain).toMatch(/level +info +shared /);
    const canary = await well('config', 'effective', 'seen', '--instance', 's-2', '--tag', 'canary');
    expect(canary).toMatch(/level +debug +application-override canary/);
  });

  it('refuses values that break a schema, and arguments that cannot be', async () => {
    const file = join(folder, 'schema.json');
    await writeFile(file, JSON.stringify({ type: 'number', maximum: 5 }));
    await written('config', 'schema', 'ruled', 'size', file);
    expect(await run('config', 'set', 'ruled', 'size', '6')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ROLLCALL_CONFIG_INVALID: /),
    });
    expect((await run('config', 'gray', 'ruled', 'size', '1', '--percent', '101')).stderr).toMatch(
      /"101" is not between 0 and 100/,
    );
    expect((await run('config', 'rollback', 'ruled', 'size', 'x')).stderr).toMatch(/"x" is no revision/);
  });
});

describe('rollcall config, step by step', () => {
  it('gives a value to a share of the instances, to more, and to all or to none', async () => {
    await written('config', 'set', 'gray', 'pool', '1');
    await well('config', 'gray', 'gray', 'pool', '2', '--percent', '0');
    await written('config', 'gray', 'gray', 'pool', '--percent', '100', '--reason', 'it went well');
    const seen = await well('config', 'effective', 'gray', '--instance', 'g-1');
    expect(seen).toMatch(/pool +2 +application-gray/);
    await written('config', 'gray', 'gray', 'pool', '--withdraw');
    expect(await well('config', 'get', 'gray', 'pool')).toBe('1\n');
    await written('config', 'gray', 'gray', 'pool', '3', '--zone', 'eu-1');
    await written('config', 'gray', 'gray', 'pool', '--complete');
    expect(await well('config', 'get', 'gray', 'pool')).toBe('3\n');
  });

  it('plans a change, lists and cancels it, and lets one undo itself', async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    await written('config', 'set', 'timed', 'level', 'info');
    await written('config', 'set', 'timed', 'level', 'warn', '--at', at);
    const listed = await well('config', 'schedule', 'timed');
    const [, schedule = ''] = /^(\S+) +set +\S+ +level/m.exec(listed) ?? [];
    await written('config', 'schedule', 'timed', '--cancel', schedule);
    expect(await well('config', 'schedule', 'timed')).toMatch(new RegExp(`^${schedule} +cancelled`, 'm'));
    expect((await run('config', 'schedule', 'timed', '--cancel', schedule)).code).toBe(4);
    const past = await run('config', 'set', 'timed', 'level', 'warn', '--at', '2001-01-01T00:00:00Z');
    expect(past.stderr).toMatch(/^ROLLCALL_CONFIG_TIME_INVALID: .*lies in the past/);
    const told = await well('config', 'set', 'timed', 'level', 'debug', '--for', '15m');
    expect(told).toMatch(/timed\/level/);
    expect(await well('config', 'schedule', 'timed')).toMatch(/ set +\S+ +level/);
  });

  it('says who applied a change, in what time, and who would not and why', async () => {
    const client = await connect(broker.connection);
    const say = (instance: string, revision: number, rejected: readonly object[] = []): void =>
      client.publish(
        `rollcall.v1.config-applied.default.rolled.${instance}`,
        JSON.stringify({ revision, rejected }),
      );
    for (const instance of ['r-1', 'r-2', 'r-3']) say(instance, 0);
    await client.flush();
    const revision = await written('config', 'set', 'rolled', 'pool', '5');
    say('r-1', revision);
    say('r-2', revision);
    say('r-3', revision, [{ key: 'pool', revision, reason: 'pool must be above 9' }]);
    await client.flush();
    await client.close();
    let told: Ended;
    do told = await run('config', 'rollout', 'rolled', 'pool');
    while (told.code === 4);
    expect(told.stdout).toMatch(
      new RegExp(`revision ${revision}: 2 of 3 applied in \\d+ ms; 1 rejected[^]*r-3 +pool must be above 9`),
    );
  });
});

describe('rollcall secret', () => {
  it('makes a ring for its owner alone; secrets are sealed here and shown only with the ring', async () => {
    expect((await run('config', 'set', 'vault', 'PASSWORD', 'hunter2', '--type', 'secret')).stderr).toMatch(
      /^ROLLCALL_KEY_RING_ABSENT: /,
    );
    const ring = join(folder, 'ring');
    await well('secret', 'create-ring', ring);
    expect((await stat(ring)).mode & 0o777).toBe(0o600);
    await written('config', 'set', 'vault', 'PASSWORD', 'hunter2', '--type', 'secret');
    const shown = await Promise.all([
      well('config', 'get', 'vault', 'PASSWORD'),
      well('config', 'list', 'vault', '--json'),
      well('config', 'history', 'vault', 'PASSWORD'),
    ]);
    expect(shown.join('')).not.toContain('hunter2');
    expect(await well('config', 'get', 'vault', 'PASSWORD', '--reveal')).toBe('hunter2\n');
    await well('secret', 'rotate-ring', ring);
    await written('secret', 'reseal', 'vault');
    expect(await well('config', 'export', 'vault', '--format', 'json')).toMatch(/sealed\.v1\.k2\./);
    expect(await well('config', 'get', 'vault', 'PASSWORD', '--reveal')).toBe('hunter2\n');
    expect(await readFile(ring, 'utf8')).toMatch(/^# .*\nk2:.*\nk1:/);
  });
});
