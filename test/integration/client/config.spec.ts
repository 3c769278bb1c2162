import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ConfigReport, type HeartbeatBody, isRollcallError, type RollcallError } from '#contracts';
import { type ConfigUpdate, KeyRing, openConfig, RollcallClient, Secret } from '#client';
import { watchConnection } from '#nats';
import { seal } from '#secrets';
import { configWriter, type TestConfigWriter } from './config-writer.js';
import { eventually, startTestRegistry, type TestRegistry } from './registry.js';

let registry: TestRegistry;
let operator: TestConfigWriter;
let folder: string;
beforeAll(async () => {
  registry = await startTestRegistry();
  operator = await configWriter(registry);
});
afterAll(async () => {
  await operator.close();
  await registry.stop();
});
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rollcall-config-'))));
afterEach(() => rm(folder, { recursive: true }));

const poolIsPositive = (values: ReadonlyMap<string, unknown>): string[] =>
  (values.get('pool') as number) > 0 ? [] : ['pool must be above 0'];

describe('the config of a client', () => {
  it('is the effective one of its application, typed, with the layer of each key', async () => {
    await operator.set('_shared', 'region', 'eu');
    await operator.set('_shared', 'limits.rate', '10', 'number');
    await operator.set('typed', 'limits.rate', '20', 'number');
    await operator.set('typed', 'flags', 'on: true\nlist: [1]', 'yaml');
    await operator.set('somebody-else', 'region', 'us');
    const last = await operator.set('typed', 'debug', 'false', 'boolean');
    const config = await (await registry.client()).config('typed');
    await config.reached(last);
    expect(Object.fromEntries(config.values)).toEqual({
      region: 'eu',
      'limits.rate': 20,
      flags: { on: true, list: [1] },
      debug: false,
    });
    expect(config.effective.map(({ key, layer }) => `${key} ${layer}`)).toEqual([
      'debug application',
      'flags application',
      'limits.rate application',
      'region shared',
    ]);
    expect(config.get('nothing')).toBeUndefined();
    expect(() => config.require('nothing')).toThrow(
      /"typed" has no config key "nothing".*rollcall config set typed nothing/,
    );
    expect(config).toMatchObject({ isStale: false, source: 'registry' });
  });

  it('changes while it runs: whole updates and single keys are told, with who and why', async () => {
    await operator.set('live', 'level', 'info');
    const config = await (await registry.client()).config('live');
    const levels: unknown[] = [];
    const stop = config.onKey('level', ({ before, after, cause }) =>
      levels.push([before, after, cause?.actor, cause?.reason]),
    );
    await config.reached(await operator.set('live', 'level', 'debug'));
    await config.reached(await operator.set('live', 'other', 'x'));
    await config.reached(await operator.delete('live', 'level'));
    expect(levels).toEqual([
      ['info', 'debug', 'ann', 'a test'],
      ['debug', undefined, 'ann', 'a test'],
    ]);
    expect(config.values.has('level')).toBe(false);
    stop();
    await config.reached(await operator.set('live', 'level', 'warn'));
    expect(levels).toHaveLength(2);
    expect(config.get('level')).toBe('warn');
  });

  it('takes all keys of a change set at once', async () => {
    await operator.batch('sets', { a: '0', b: '0', c: '0' });
    const config = await (await registry.client()).config('sets');
    const seen: string[] = [];
    config.onChange(({ changes }) => {
      const values = ['a', 'b', 'c'].map((key) => config.get(key));
      seen.push(`${changes.map(({ key }) => key).join('')} ${values.join('')}`);
    });
    for (let round = 1; round <= 20; round += 1) {
      await operator.batch('sets', { a: `${round};`, b: `${round};`, c: `${round};` });
    }
    await config.reached(await operator.batch('sets', { a: 'x', c: 'x' }));
    expect(seen.slice(0, 20)).toEqual(
      Array.from({ length: 20 }, (_, index) => `abc ${`${index + 1};`.repeat(3)}`),
    );
    expect(seen.slice(20)).toEqual(['ac x20;x']);
  });

  it('follows overrides as soon as the instance is registered, and when it says something else of itself', async () => {
    await operator.set('zoned', 'endpoint', 'everywhere');
    await operator.override('zoned', 'endpoint', { zone: 'eu-1', tags: ['blue'] }, 'in eu');
    const client = await registry.client();
    const config = await client.config('zoned');
    expect(config.get('endpoint')).toBe('everywhere');
    const registration = await client.register({
      service: 'zoned',
      instance: 'z-1',
      version: '1.0.0',
      zone: 'eu-1',
    });
    expect(config.get('endpoint')).toBe('everywhere');
    await registration.update({ tags: ['blue'] });
    expect(config.get('endpoint')).toBe('in eu');
    expect(config.reader).toMatchObject({ instance: 'z-1', zone: 'eu-1', tags: ['blue'] });
    await registration.update({ tags: [] });
    expect(config.get('endpoint')).toBe('everywhere');
  });

  it('is loaded anew after a reconnect; what changed meanwhile is told', async () => {
    await operator.set('again', 'k', '1');
    const client = await registry.client();
    const config = await client.config('again');
    const told: unknown[] = [];
    config.onChange(({ changes }) => told.push(...changes.map(({ after }) => after)));
    const reconnected = client.reconnect();
    const sequence = await operator.set('again', 'k', '2');
    await reconnected;
    await config.reached(sequence);
    await eventually(() => config.get('k') === '2', 'the change is seen');
    expect(told).toEqual(['2']);
  });

  it('of a name that is none is refused', async () => {
    await expect((await registry.client()).config('Not A Name')).rejects.toMatchObject({
      code: 'ROLLCALL_NAME_INVALID',
    });
  });
});

describe('an update the service cannot run with', () => {
  it('is refused by the instance: the last good value stays, and the refusal is reported at once and in heartbeats', async () => {
    await operator.set('checked', 'pool', '5', 'number');
    await operator.set('checked', 'name', 'one');
    const client = await registry.client();
    const reports = await heard<ConfigReport>('rollcall.v1.config-applied.default.checked.c-1');
    const beats = await heard<HeartbeatBody>('heartbeat.v1.default.checked.c-1.1');
    await client.register({ service: 'checked', instance: 'c-1', version: '1.0.0', lease: 'local' });
    const refusals: string[][] = [];
    const config = await client.config('checked', {
      validate: poolIsPositive,
      onRejected: (rejections) => refusals.push(rejections.map(({ key, reason }) => `${key}: ${reason}`)),
    });
    const updates: ConfigUpdate[] = [];
    config.onChange((update) => updates.push(update));
    const bad = await operator.set('checked', 'pool', '-1', 'number');
    const good = await operator.set('checked', 'name', 'two');
    await config.reached(good);
    expect(Object.fromEntries(config.values)).toMatchObject({ pool: 5, name: 'two' });
    expect(updates.flatMap(({ changes }) => changes.map(({ key }) => key))).toEqual(['name']);
    const rejected = [{ key: 'pool', revision: bad, reason: 'pool must be above 0' }];
    expect(config.rejections).toEqual(rejected);
    await eventually(() => reports.some(({ revision }) => revision >= good), 'the report');
    expect(reports.at(-1)).toEqual({ service: 'checked', incarnation: 1, revision: good, rejected });
    await eventually(() => beats.some(({ configRejected }) => configRejected !== undefined), 'the beat');
    expect(beats.at(-1)).toMatchObject({
      config: { checked: good },
      configRejected: [{ application: 'checked', ...rejected[0] }],
    });
    await config.reached(await operator.set('checked', 'pool', '7', 'number'));
    expect(config.get('pool')).toBe(7);
    expect(refusals).toEqual([['pool: pool must be above 0'], []]);
    await eventually(() => reports.at(-1)?.rejected.length === 0, 'the report that all is well');
  });

  it('is taken once a later change makes it possible', async () => {
    await operator.batch('paired', { min: '1', max: '5' }, 'number');
    const client = await registry.client();
    const config = await client.config('paired', {
      validate: (values) =>
        (values.get('min') as number) <= (values.get('max') as number) ? [] : ['min is above max'],
    });
    await config.reached(await operator.set('paired', 'min', '7', 'number'));
    expect(config.get('min')).toBe(1);
    await config.reached(await operator.set('paired', 'max', '9', 'number'));
    expect(Object.fromEntries(config.values)).toMatchObject({ min: 7, max: 9 });
    expect(config.rejections).toEqual([]);
  });

  it('that is a change set is refused as a whole', async () => {
    await operator.batch('whole', { pool: '5', size: '1' }, 'number');
    const config = await (await registry.client()).config('whole', { validate: poolIsPositive });
    await config.reached(await operator.batch('whole', { pool: '0', size: '2' }, 'number'));
    expect(Object.fromEntries(config.values)).toMatchObject({ pool: 5, size: 1 });
    expect(config.rejections.map(({ key }) => key).toSorted()).toEqual(['pool', 'size']);
  });

  it('stops the start when there is nothing good to fall back to, and says why', async () => {
    await operator.set('bad-start', 'pool', '0', 'number');
    await expect(
      (await registry.client()).config('bad-start', { validate: poolIsPositive }),
    ).rejects.toMatchObject({
      code: 'ROLLCALL_CONFIG_REFUSED',
      message: expect.stringContaining('pool: pool must be above 0'),
    });
  });

  it('does not stop the start when there is a last good config', async () => {
    const lastGoodFile = join(folder, 'last-good');
    const first = await operator.set('fallen', 'pool', '3', 'number');
    const before = await registry.client();
    const good = await before.config('fallen', { validate: poolIsPositive, lastGoodFile });
    await good.reached(first);
    await eventually(async () => (await stat(lastGoodFile).catch(() => undefined)) !== undefined, 'the file');
    await before.close();
    await operator.set('fallen', 'pool', '-3', 'number');
    const config = await (
      await registry.client()
    ).config('fallen', { validate: poolIsPositive, lastGoodFile });
    expect(config.get('pool')).toBe(3);
    expect(config.rejections).toMatchObject([{ key: 'pool', reason: 'pool must be above 0' }]);
  });
});

describe('a secret', () => {
  const ring = KeyRing.create('k1');
  const place = { namespace: 'default', application: 'vault', key: 'PASSWORD' };

  it('is opened by the service alone, and printed by nobody', async () => {
    await operator.set('vault', 'PASSWORD', seal(ring, place, new Secret('hunter2')), 'secret');
    const config = await (await registry.client()).config('vault', { ring });
    expect(config.require<Secret>('PASSWORD').reveal()).toBe('hunter2');
    expect(JSON.stringify([...config.values, config.effective, config])).not.toContain('hunter2');
  });

  it('that was moved to another key is refused, and its name and reason are reported', async () => {
    const config = await (await registry.client()).config('vault', { ring });
    await config.reached(
      await operator.set('vault', 'OTHER', seal(ring, place, new Secret('hunter2')), 'secret'),
    );
    expect(config.get('OTHER')).toBeUndefined();
    expect(config.rejections).toMatchObject([
      {
        key: 'OTHER',
        reason: expect.stringMatching(/ROLLCALL_SECRET_NOT_OPENED: .*sealed for another key of config/),
      },
    ]);
    await config.reached(await operator.delete('vault', 'OTHER'));
    expect(config.rejections).toEqual([]);
  });

  it('that a ring lacks the key for says which key id is missing', async () => {
    const client = await registry.client();
    await expect(client.config('vault', { ring: KeyRing.create('k2') })).rejects.toMatchObject({
      code: 'ROLLCALL_CONFIG_REFUSED',
      message: expect.stringMatching(/sealed with the key "k1"; the ring has "k2"/),
    });
    await expect(client.config('vault')).rejects.toThrow(
      /"PASSWORD" is a secret, and this process has no key ring/,
    );
  });

  it('is opened with the ring of the environment', async () => {
    const client = await registry.client({ env: { ROLLCALL_CONFIG_KEYS: ring.reveal().trim() } });
    expect((await client.config('vault')).require<Secret>('PASSWORD').reveal()).toBe('hunter2');
  });

  it('is not told by a check that quotes it', async () => {
    const client = await registry.client();
    const validate = (values: ReadonlyMap<string, unknown>) => [
      `bad: ${(values.get('PASSWORD') as Secret).reveal()}`,
    ];
    const failure = await client.config('vault', { ring, validate }).catch((error: RollcallError) => error);
    expect(isRollcallError(failure, 'ROLLCALL_CONFIG_REFUSED')).toBe(true);
    expect((failure as Error).message).toContain('bad: [secret]');
    expect(JSON.stringify(failure)).not.toContain('hunter2');
  });
});

describe('while the broker is away', () => {
  const nobody = new Promise<never>(() => undefined);

  it('a service starts with its last good config, says that it is stale, and catches up when the broker is back', async () => {
    const lastGoodFile = join(folder, 'last-good.json');
    const { url, user, password } = registry.broker;
    const sequence = await operator.batch('away', { level: 'info', zone: 'a' });
    const first = await registry.client();
    const config = await first.config('away', { lastGoodFile });
    await config.reached(sequence);
    await eventually(
      async () => (await readFile(lastGoodFile, 'utf8').catch(() => '')).includes('"info"'),
      'the file',
    );
    expect((await stat(lastGoodFile)).mode & 0o777).toBe(0o600);
    await first.close();

    await registry.broker.kill();
    const connecting = RollcallClient.connect({ url, user, password, connectTimeoutMs: 0 });
    const troubles: Error[] = [];
    const home = connecting.then(({ configHome }) => configHome);
    const context = { namespace: 'default', onTrouble: (error: Error) => troubles.push(error), home };
    const stale = await openConfig('away', { lastGoodFile, timeoutMs: 200 }, context);
    expect(stale).toMatchObject({ isStale: true, source: 'file' });
    expect(Object.fromEntries(stale.values)).toMatchObject({ level: 'info', zone: 'a' });
    expect(troubles).toEqual([expect.objectContaining({ code: 'ROLLCALL_CONFIG_STALE' })]);

    const told: ConfigUpdate[] = [];
    stale.onChange((update) => told.push(update));
    // A request made before the connection is back is lost, not late.
    const isBack = new Promise<void>((resolve) => {
      watchConnection(registry.store.connection, { onReconnect: resolve });
    });
    await registry.broker.restart();
    await isBack;
    await operator.set('away', 'level', 'debug');
    await operator.delete('away', 'zone');
    await eventually(() => stale.source === 'registry', 'the registry is heard');
    await eventually(() => stale.get('zone') === undefined, 'the last change');
    expect(told.flatMap(({ changes }) => changes.map(({ key, after }) => [key, after]))).toEqual([
      ['level', 'debug'],
      ['zone', undefined],
    ]);
    expect(stale.isStale).toBe(false);
    await (await connecting).close();
  });

  it('a start without a last good config fails in time and says so', async () => {
    const context = { namespace: 'default', onTrouble: () => undefined, home: nobody };
    await expect(openConfig('away', { timeoutMs: 100 }, context)).rejects.toMatchObject({
      code: 'ROLLCALL_CONFIG_UNAVAILABLE',
      message: expect.stringContaining('did not arrive in 100 ms'),
    });
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -20), /not the JSON it should be/],
    ['changed', (text: string) => text.replace('info', 'none'), /checksum does not fit/],
    ['of another application', (text: string) => text, /it is of "default\/away"/],
  ])('a file that is %s is not trusted', async (what, damage, reason) => {
    const lastGoodFile = join(folder, 'file');
    await operator.set('away', 'level', 'info');
    const client = await registry.client();
    const config = await client.config('away', { lastGoodFile });
    await eventually(
      async () => (await readFile(lastGoodFile, 'utf8').catch(() => '')).includes('"info"'),
      'the file',
    );
    config.close();
    await writeFile(lastGoodFile, damage(await readFile(lastGoodFile, 'utf8')));
    const troubles: string[] = [];
    const onTrouble = (error: Error): void => void troubles.push(error.message);
    const context = { namespace: 'default', onTrouble, home: nobody };
    const application = what === 'of another application' ? 'elsewhere' : 'away';
    await expect(openConfig(application, { lastGoodFile, timeoutMs: 50 }, context)).rejects.toMatchObject({
      code: 'ROLLCALL_CONFIG_UNAVAILABLE',
    });
    expect(troubles).toEqual([expect.stringMatching(reason)]);
  });
});

/** What is published on a subject, from now on. */
async function heard<Body>(subject: string): Promise<Body[]> {
  const bodies: Body[] = [];
  const { connection } = registry.store;
  connection.subscribe(subject, { callback: (_error, message) => void bodies.push(message.json<Body>()) });
  await connection.flush();
  return bodies;
}
