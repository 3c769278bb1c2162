import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BackupPlace, type Manifest, checkBackup, createBackup, restoreBackup } from '#archive';
import { createStreamNames, createSubjects } from '#contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Auditor, SnapshotMaker, silentLog, verifyView } from '#application';
import { createProjection, openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker, encodeEvent, publishBatch } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

const EVENTS = 6_000;
const BATCH = 200;

let directory: string;
let source: TestBroker;
let store: RegistryStore;
const stopped = new AbortController();
let manifest: Manifest;
let writing: Promise<void>;
const place = () => join(directory, 'backup');

const open = async ({ url, user, password }: TestBroker): Promise<RegistryStore> =>
  openRegistryStore({ connection: await connectBroker({ url, user, password }) });

async function close(opened: RegistryStore): Promise<void> {
  opened.journal.close();
  await opened.connection.close();
}

/** A broker as it is before there was a registry on it. */
async function bareOf({ url, user, password }: TestBroker): Promise<BackupPlace> {
  const connection = await connectBroker({ url, user, password });
  const manager = await jetstreamManager(connection);
  return { connection, manager, subjects: createSubjects(), streams: createStreamNames() };
}

let written = 0;
async function write(into = store): Promise<void> {
  const messages = Array.from({ length: BATCH }, () => {
    written += 1;
    const names = { namespace: 'default', service: 'orders', instance: `orders-${written % 300}` };
    const aggregate = { kind: 'instance', ...names } as const;
    const data = {
      ...names,
      incarnation: Math.ceil(written / 300),
      version: '1.0.0',
      leaseMs: 0,
      status: 'up',
    };
    const event = { id: `e-${written}`, type: 'rollcall.instance.registered.v1', aggregate, data };
    return { subject: into.subjects.journal(aggregate), ...encodeEvent(event) };
  });
  await publishBatch(into.connection, into.streams.journal, messages);
}

/** Events are written before each stream is read, however quick the backup is. */
function slowed(connection: NatsConnection): NatsConnection {
  return new Proxy(connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'request') return value.bind(target) as unknown;
      return async (subject: string, ...rest: unknown[]): Promise<unknown> => {
        if (subject.includes('.SNAPSHOT.')) await write();
        return Reflect.apply(value, target, [subject, ...rest]);
      };
    },
  });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-backup-'));
  source = await startTestBroker();
  store = await open(source);
  const auditor = new Auditor({ journal: store.journal, source: store.audit, trail: store.audit });
  while (written < EVENTS) await write();
  await new SnapshotMaker({ ...store, eventsMin: 1_000, log: silentLog }).makeNext();
  await auditor.catchUp();
  writing = (async () => {
    while (!stopped.signal.aborted) {
      await write();
      await auditor.catchUp();
    }
  })();
  const slow = { ...store, connection: slowed(store.connection) };
  manifest = await createBackup(slow, place(), { nowMs: Date.parse('2026-11-28T03:12:00Z') });
  stopped.abort();
  await writing;
});
afterAll(async () => {
  await close(store);
  await source.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A directory like the backup, in which something was done. */
async function doctored(name: string, change: (path: string) => Promise<void>): Promise<string> {
  const path = join(directory, name);
  await cp(place(), path, { recursive: true });
  await change(path);
  return path;
}

/** The sums are made to fit as well. */
async function reseal(path: string, change: (found: Manifest) => Manifest): Promise<void> {
  const { digest: _old, ...found } = JSON.parse(
    await readFile(join(path, 'manifest.json'), 'utf8'),
  ) as Manifest & {
    digest: string;
  };
  const changed = change(found);
  const digest = createHash('sha256').update(JSON.stringify(changed)).digest('hex');
  await writeFile(join(path, 'manifest.json'), JSON.stringify({ ...changed, digest }));
}

describe('a backup', () => {
  it('is taken while events are written, and holds the journal at least as it was at the beginning', async () => {
    expect(manifest.streams.map(({ config }) => config.name)).toEqual(['AUDIT', 'SNAPSHOTS', 'REGISTRY']);
    expect(manifest.streams[2]?.state.last_seq).toBeGreaterThanOrEqual(EVENTS + BATCH * 3);
    expect(await checkBackup(place())).toEqual(manifest);
    expect((await stat(join(place(), 'manifest.json'))).mode & 0o077).toBe(0);
    await expect(createBackup(store, place(), { nowMs: 0 })).rejects.toMatchObject({
      code: 'ROLLCALL_PLACE_TAKEN',
    });
  });

  it('gives an equal view and an intact chain in an empty broker, with sequences and times kept', async () => {
    const target = await startTestBroker();
    const bare = await bareOf(target);
    const restored = await restoreBackup(bare, place(), { replicas: 1 });
    expect(restored.from).toBe(1);
    expect(restored.audited).toBeGreaterThanOrEqual(EVENTS);
    const there = await open(target);
    const projection = createProjection(there);
    await projection.start();
    await projection.follower.reached(restored.to, 20_000);
    expect(await verifyView(there.journal, there.bucket)).toMatchObject({
      position: restored.to,
      differences: [],
    });
    expect((await there.journal.at(restored.to))?.atMs).toBe((await store.journal.at(restored.to))?.atMs);
    // The chain goes on where it was.
    await there.journal.append({
      id: 'after',
      type: 'rollcall.override.set.v1',
      aggregate: { kind: 'override', namespace: 'default', service: 'orders', instance: 'orders-1' },
      data: { namespace: 'default', service: 'orders', instance: 'orders-1', weight: 5 },
    });
    const auditor = new Auditor({ journal: there.journal, source: there.audit, trail: there.audit });
    expect((await auditor.catchUp()).sequence).toBe(restored.to + 1);
    // Not into a registry that is there.
    await expect(restoreBackup(there, place(), { replicas: 1 })).rejects.toMatchObject({
      code: 'ROLLCALL_PLACE_TAKEN',
    });
    await projection.stop();
    await close(there);
    await bare.connection.close();
    await target.stop();
  });

  describe('that is not what was written', () => {
    let target: TestBroker;
    let bare: BackupPlace;
    beforeAll(async () => {
      target = await startTestBroker();
      bare = await bareOf(target);
    });
    afterAll(async () => {
      await bare.connection.close();
      await target.stop();
    });

    /** What a restore says; whatever it says, nothing is left in the broker. */
    async function refusal(path: string): Promise<string> {
      const said = await restoreBackup(bare, path, { replicas: 1 }).then(() => 'restored', String);
      const names: string[] = [];
      for await (const name of bare.manager.streams.names()) names.push(name);
      expect(names).toEqual([]);
      return said;
    }

    it('is refused, and the message names what is wrong', async () => {
      const cut = await doctored('cut', (path) => truncate(join(path, 'REGISTRY.snapshot'), 5_000));
      expect(await refusal(cut)).toMatch(
        /ROLLCALL_BACKUP_INVALID: .*REGISTRY\.snapshot": it was cut off: it has 5000 of \d+ bytes/,
      );
      const flipped = await doctored('flipped', async (path) => {
        const bytes = await readFile(join(path, 'AUDIT.snapshot'));
        bytes[4_000] = (bytes[4_000] as number) ^ 1;
        await writeFile(join(path, 'AUDIT.snapshot'), bytes);
      });
      expect(await refusal(flipped)).toMatch(/AUDIT\.snapshot" is not what was written/);
      const missing = await doctored('missing', (path) => rm(join(path, 'SNAPSHOTS.snapshot')));
      expect(await refusal(missing)).toMatch(/SNAPSHOTS\.snapshot": .*ENOENT/);
      const rewritten = await doctored('rewritten', async (path) => {
        const text = await readFile(join(path, 'manifest.json'), 'utf8');
        await writeFile(join(path, 'manifest.json'), text.replace('"prefix": ""', '"prefix": "blue"'));
      });
      expect(await refusal(rewritten)).toMatch(/manifest\.json" was changed: it has another digest/);
      expect(await refusal(join(directory, 'nowhere'))).toMatch(/manifest\.json" cannot be read: .*ENOENT/);
      const escaping = await doctored('escaping', (path) =>
        reseal(path, (found) => ({
          ...found,
          streams: found.streams.map((stream) => ({ ...stream, file: `../backup/${stream.file}` })),
        })),
      );
      expect(await refusal(escaping)).toMatch(/the file of "AUDIT" is "\.\.\/backup/);
    });

    it('is refused by the chain of hashes, and taken out again, when even the sums were made to fit', async () => {
      const other = await startTestBroker();
      const stranger = await open(other);
      // As long as the journal, with the same subjects, and other events.
      const before = written;
      written = 7;
      while (written < before + 7) await write(stranger);
      await createBackup(stranger, join(directory, 'other'), { nowMs: 0 });
      const forged = await doctored('forged', async (path) => {
        await cp(join(directory, 'other', 'REGISTRY.snapshot'), join(path, 'REGISTRY.snapshot'));
        const theirs = (await checkBackup(join(directory, 'other'))).streams.find(isJournal);
        await reseal(path, (found) => ({
          ...found,
          streams: found.streams.map((stream) => (isJournal(stream) && theirs ? theirs : stream)),
        }));
      });
      expect(await refusal(forged)).toMatch(
        /ROLLCALL_BACKUP_INVALID: sequence 1 of the journal in it: it is not what was audited/,
      );
      await close(stranger);
      await other.stop();
    });
  });
});

const isJournal = ({ config }: { readonly config: { readonly name: string } }): boolean =>
  config.name === 'REGISTRY';
