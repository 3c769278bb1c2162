import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventTypes, type InstanceRecord } from '#contracts';
import { verifyView } from '#application';
import { ensureTopology, openRegistryStore } from '#jetstream';
import { eventually, startTestRegistry, type TestRegistry } from '../client/registry.js';

let registry: TestRegistry;
let backup: string;
let next = 0;

beforeEach(async () => {
  registry = await startTestRegistry();
  backup = join(tmpdir(), `rollcall-backup-${process.pid}-${(next += 1)}`);
});
afterEach(async () => {
  await registry.stop();
  await rm(backup, { recursive: true, force: true });
});

const journalDir = (): string =>
  join(registry.broker.dataDir, 'store/jetstream/APP/streams', registry.store.streams.journal);

function register(instance: string): Promise<number> {
  const names = { namespace: 'default', service: 'orders', instance };
  const rest = { incarnation: 1, version: '1.0.0', status: 'up' as const, endpoints: [], leaseMs: 0 };
  const data: InstanceRecord = { ...names, ...rest };
  const id = `${instance}-${(next += 1)}`;
  const aggregate = { kind: 'instance', ...names } as const;
  return registry.store.journal.append({ id, type: eventTypes.instanceRegistered, aggregate, data });
}

/** The instances the view shows, as those who follow it hold them. */
const shown = (): string[] =>
  [...registry.projection.table.slots()].map(({ key }) => key.split('.').at(-1) as string).toSorted();

const isRefused = (): boolean =>
  (registry.projection.projector.trouble as { code?: string } | undefined)?.code ===
  'ROLLCALL_JOURNAL_REPLACED';

async function takeBackup(): Promise<void> {
  await registry.broker.kill('SIGTERM');
  await cp(journalDir(), backup, { recursive: true });
  await registry.broker.restart();
}

async function restoreBackup(): Promise<void> {
  await registry.broker.kill('SIGTERM');
  await rm(journalDir(), { recursive: true });
  await cp(backup, journalDir(), { recursive: true });
  await registry.broker.restart();
}

const verify = (repair = false) => verifyView(registry.store.journal, registry.store.bucket, { repair });

async function expectWorking(instances: readonly string[]): Promise<void> {
  await registry.projection.follower.reached(await register('newcomer'));
  expect(shown()).toEqual([...instances, 'newcomer'].toSorted());
  const report = await verify();
  expect(report).toMatchObject({ differences: [] });
  expect(report.replaced).toBeUndefined();
}

describe('a journal that was restored from a backup', () => {
  it('is not followed as if nothing had happened: the view stays, and a repair makes it anew', async () => {
    const { projection } = registry;
    await projection.follower.reached(await register('before'));
    await takeBackup();
    for (const name of ['after-1', 'after-2', 'after-3']) await register(name);
    await projection.follower.reached(await register('after-4'));
    await restoreBackup();

    await eventually(isRefused, 'the projector refuses to go on', 20_000);
    expect(shown()).toContain('after-4');
    const found = await verify();
    expect(found.replaced).toMatch(/the view knows sequence 5, and the journal ends at 1/);
    expect(found.differences.map(({ key, kind }) => [key.split('.').at(-1), kind])).toEqual([
      ['after-1', 'surplus'],
      ['after-2', 'surplus'],
      ['after-3', 'surplus'],
      ['after-4', 'surplus'],
    ]);
    // As long as it has ever been: by its length alone it can no longer be told apart.
    for (let count = 0; count < 5; count += 1) await register('other');
    expect((await verify()).replaced).toMatch(
      /sequence 5 of the journal is of .*, and the view knows one of/,
    );

    const repaired = await verify(true);
    expect(repaired.repaired).toBe(repaired.differences.length);
    await eventually(() => projection.projector.position !== undefined, 'the projector goes on', 20_000);
    await eventually(() => shown().join() === 'before,other', 'everybody has loaded the view anew');
    await expectWorking(['before', 'other']);
  }, 60_000);

  it('takes back by themselves the instances it has lost, before and after the repair', async () => {
    await takeBackup();
    const client = await registry.client();
    const { sequence } = await client.register({
      service: 'orders',
      instance: 'alive',
      version: '1.0.0',
      lease: 'lan',
    });
    await registry.projection.follower.reached(sequence);
    // Until then an instance the journal does not show may only be too young for the replica that was asked.
    await new Promise((resolve) => setTimeout(resolve, 5_200));
    await restoreBackup();

    const last = () =>
      registry.store.journal.last({
        kind: 'instance',
        namespace: 'default',
        service: 'orders',
        instance: 'alive',
      });
    await eventually(async () => (await last()) !== undefined, 'it has registered again', 20_000);
    await verify(true);
    await eventually(
      () => registry.projection.projector.position !== undefined,
      'the projector goes on',
      20_000,
    );
    const { instances } = await client.discover('orders', { atLeast: (await last())?.sequence ?? 0 });
    expect(instances).toMatchObject([{ instance: 'alive', incarnation: 2 }]);
  }, 60_000);
});

describe('a journal that was deleted and made anew', () => {
  it('is noticed while the projector waits for its next event, too', async () => {
    const { store, projection } = registry;
    await projection.follower.reached(await register('old'));
    await store.manager.streams.delete(store.streams.journal);
    await ensureTopology(store.connection, { ...store, replicas: 1 });
    await register('new');
    await eventually(isRefused, 'the projector refuses to go on', 20_000);
    expect(shown()).toEqual(['old']);
    await verify(true);
    await eventually(() => shown().join() === 'new', 'the view is that of the new journal', 20_000);
    await expectWorking(['new']);
  }, 60_000);

  it('is taken by a view that nobody has ever written', async () => {
    const store = await openRegistryStore({ connection: registry.store.connection, prefix: 'empty' });
    expect(await verifyView(store.journal, store.bucket)).toMatchObject({ differences: [], position: 0 });
    store.journal.close();
  });
});
