import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AggregateId, eventTypes, type InstanceView } from '#contracts';
import { History, Registrar, silentLog, storyOf, UndoService, verifyView } from '#application';
import { JetStreamSnapshots, JetStreamViewBucket } from '#jetstream';
import { SERVICE, SHORT, type Stand, startStand } from '../liveness/stand.js';

let stand: Stand;
let undo: UndoService;
let registrar: Registrar;

const by = { actor: 'mia', reason: 'wrong cluster' };
const identity = { newId: () => randomUUID(), nowIso: () => new Date().toISOString() };

beforeAll(async () => {
  stand = await startStand();
  const { journal } = stand.store;
  undo = new UndoService({ journal, history: historian(), identity, nowMs: () => Date.now() });
  registrar = new Registrar(journal, identity, () => undefined);
});
afterAll(() => stand.stop());

function historian(): History {
  const { store } = stand;
  const snapshots = new JetStreamSnapshots(store, store.manager);
  return new History({ journal: store.journal, snapshots, log: silentLog, nowMs: () => Date.now() });
}

const namesOf = (instance: string, service = SERVICE) => ({ namespace: 'default', service, instance });
const lastOf = (instance: string): InstanceView | undefined => stand.toldOf(instance).at(-1)?.change.record;

async function register(instance: string, leaseMs: number, service = SERVICE): Promise<number> {
  const times = leaseMs === 0 ? { leaseMs } : SHORT;
  const record = {
    ...namesOf(instance, service),
    version: '1.0.0',
    status: 'up' as const,
    endpoints: [],
    ...times,
  };
  return (await registrar.register(record, { actor: 'orders' })).sequence;
}

const deregister = async (instance: string, service = SERVICE): Promise<number> =>
  (await registrar.deregister(namesOf(instance, service), { actor: 'alice', reason: 'oops' })).sequence;

async function say(type: string, kind: AggregateId['kind'], instance: string, data: object): Promise<number> {
  const aggregate = { kind, ...namesOf(instance) } as AggregateId;
  return stand.store.journal.append({
    id: randomUUID(),
    type,
    aggregate,
    data: { ...namesOf(instance), ...data },
    actor: 'alice',
  });
}

const request = (events: number | string, more: object = {}) => ({ events: String(events), ...more });
const states = (instance: string): string[] =>
  stand.statesOf(instance).filter((state, index, all) => state !== all[index - 1]);

describe('a deregistration that is undone', () => {
  it('revives a living process as the incarnation it was, by way of a suspicion', async () => {
    const instance = await stand.start({ instance: 'living' });
    const sequence = await deregister('living');
    await expect(instance.hears('lost')).resolves.toMatchObject({ code: 'ROLLCALL_NOT_REGISTERED' });
    const done = await undo.apply('default', request(sequence), by);
    expect(done).toMatchObject({ undone: 1, skips: [] });
    await expect(instance.hears('revived')).resolves.toMatchObject({ incarnation: 1 });
    await stand.until(() => lastOf('living')?.status === 'up', 'it is up again');
    expect(states('living').slice(-3)).toEqual(['deregistered', 'suspect', 'up']);
    expect(lastOf('living')?.verdict).toMatchObject({ state: 'cleared' });
    await instance.does({ do: 'update', update: { weight: 7 } });
    await stand.until(() => lastOf('living')?.weight === 7, 'it goes on writing');
  });

  it('is expired after its grace when nobody beats', async () => {
    await register('dead', SHORT.leaseMs);
    await undo.apply('default', request(await deregister('dead')), by);
    await stand.until(() => lastOf('dead')?.departure === 'expired', 'nobody beats for it');
    expect(states('dead').slice(-3)).toEqual(['deregistered', 'suspect', 'expired']);
  });

  it('is told in sentences, with what it undoes', async () => {
    const first = await register('told', 0);
    const left = await deregister('told');
    const { plan } = await undo.apply('default', request(left), by);
    const story = await storyOf(stand.store.journal, namesOf('told'));
    expect(story.map(({ sentence }) => sentence).slice(1)).toEqual([
      'incarnation 1 said good-bye, by alice, because: oops',
      `incarnation 1 was brought back, by mia, because: wrong cluster, undoing #${left}`,
    ]);
    expect(story[2]).toMatchObject({ causedBy: left, actor: 'mia' });
    await stand.until(() => lastOf('told')?.status === 'up', 'without a lease there is nothing to wait for');
    expect((await undo.plans('default')).at(-1)).toMatchObject({
      plan,
      state: 'finished',
      undone: 1,
      order: { asked: String(left) },
    });
    expect(first).toBeLessThan(left);
  });
});

describe('an eviction and an expiry that are undone', () => {
  it('return a suspect, never somebody callers take for well', async () => {
    await register('evicted', SHORT.leaseMs);
    const evicted = await say(eventTypes.overrideSet, 'override', 'evicted', { evictedIncarnation: 1 });
    await undo.apply('default', request(evicted), by);
    await stand.until(() => lastOf('evicted')?.departure === 'expired', 'and it ends like any suspect');
    expect(states('evicted').slice(-3)).toEqual(['evicted', 'suspect', 'expired']);
    const expired = lastOf('evicted')?.verdict?.sequence as number;
    await undo.apply('default', request(expired), by);
    await stand.until(() => states('evicted').length === 6, 'it expires once more');
    expect(states('evicted').slice(-2)).toEqual(['suspect', 'expired']);
  });
});

describe('an undo that does not apply', () => {
  const refusedWith = (code: string, what: RegExp) =>
    expect.objectContaining({ code, what: expect.stringMatching(what) });

  it('names what stands in its way, and changes nothing', async () => {
    const first = await register('moved', 0);
    const left = await deregister('moved');
    const again = await register('moved', 0);
    const before = (await stand.store.journal.ends()).lastSequence;
    const attempt = undo.apply('default', request(left), by);
    await expect(attempt).rejects.toEqual(
      refusedWith(
        'ROLLCALL_UNDO_NOT_APPLICABLE',
        new RegExp(`event ${again} came after it: registered as incarnation 2`),
      ),
    );
    const refused = await say(eventTypes.instanceUpdated, 'instance', 'moved', {
      incarnation: 1,
      version: '1.0.0',
      status: 'up',
      endpoints: [],
      leaseMs: 0,
    });
    await expect(undo.preview('default', request(refused))).rejects.toEqual(
      refusedWith(
        'ROLLCALL_UNDO_NOT_APPLICABLE',
        /it was refused: incarnation 1 is not the registered one, 2/,
      ),
    );
    await expect(undo.preview('default', request(999_999))).rejects.toEqual(
      refusedWith('ROLLCALL_AFTER_HISTORY', /the last event/),
    );
    await expect(undo.preview('default', request(0))).rejects.toEqual(
      refusedWith('ROLLCALL_BEFORE_HISTORY', /begins with sequence 1/),
    );
    await expect(undo.preview('default', request('soon'))).rejects.toMatchObject({
      code: 'ROLLCALL_QUERY_INVALID',
    });
    await expect(undo.preview('other', request(first))).rejects.toMatchObject({
      code: 'ROLLCALL_UNDO_NOT_APPLICABLE',
    });
    expect((await stand.store.journal.ends()).lastSequence).toBe(before + 1);
  });

  it('twice is refused, and an undo can be undone', async () => {
    await register('twice', 0);
    const left = await deregister('twice');
    const { items, position } = await undo.apply('default', request(left), by);
    expect(items).toHaveLength(1);
    await expect(undo.apply('default', request(left), by)).rejects.toMatchObject({
      what: expect.stringContaining('was brought back'),
    });
    await expect(undo.preview('default', request(position + 1))).rejects.toMatchObject({
      what: expect.stringContaining('it is a plan'),
    });
    await undo.apply('default', request(position + 2), by);
    await stand.until(() => lastOf('twice')?.departure === 'deregistered', 'it has left again');
  });
});

describe('what changes between the preview and the deed', () => {
  it('is left as it is, and said; the rest is undone', async () => {
    const service = 'moving';
    const instances = ['a', 'b', 'c', 'd', 'e'];
    for (const instance of instances) await register(instance, 0, service);
    const then = (await stand.store.journal.ends()).lastSequence;
    for (const instance of instances) await deregister(instance, service);
    const preview = await undo.preview('default', request(`${then + 1}..`, { service }));
    const back = await register('c', 0, service);
    const done = await undo.carryOut(preview, by);
    const why = expect.stringContaining(
      `event ${back} (rollcall.instance.registered.v1 by orders) came after it`,
    );
    expect(done).toMatchObject({ undone: 4, skips: [{ subject: 'default.instance.moving.c', why }] });
    expect((await undo.plans('default')).at(-1)).toMatchObject({ planned: 5, undone: 4, skipped: 1 });
  });

  it('does not matter after a day: who left then is forgotten', async () => {
    const service = 'old';
    await register('a', 0, service);
    const left = await deregister('a', service);
    const { journal } = stand.store;
    const nowMs = (): number => Date.now() + 25 * 3_600_000;
    const later = new UndoService({ journal, history: historian(), identity, nowMs });
    await expect(later.preview('default', request(left))).rejects.toMatchObject({
      what: expect.stringContaining('it left more than a day ago'),
    });
  });
});

describe('a range', () => {
  it('undoes what it can, says why the rest stays, and a service is restored to a moment', async () => {
    const service = 'stock';
    for (const instance of ['a', 'b', 'c']) await register(instance, 0, service);
    const then = (await stand.store.journal.ends()).lastSequence;
    for (const instance of ['a', 'b']) await deregister(instance, service);
    const back = await register('b', 0, service);
    const override = { kind: 'override', ...namesOf('c', service) } as AggregateId;
    await stand.store.journal.append({
      id: randomUUID(),
      type: eventTypes.overrideSet,
      aggregate: override,
      actor: 'bob',
      data: { ...namesOf('c', service), status: 'maintenance' },
    });
    const found = await undo.preview('default', request(`${then + 1}..`, { service, actor: 'alice' }));
    expect(found.items.map(({ subject }) => subject)).toEqual(['default.instance.stock.a']);
    expect(found.skips).toMatchObject([
      { subject: 'default.instance.stock.b', why: expect.stringContaining(`event ${back} `) },
    ]);
    const done = await undo.apply('default', { service, at: String(then) }, by);
    expect(done).toMatchObject({ undone: 2, skips: [{ subject: 'default.instance.stock.b' }] });
    await stand.until(() => lastOf('c')?.status === 'up' && lastOf('a')?.status === 'up', 'it is as it was');
    await expect(undo.apply('default', { service, at: '-0s' }, by)).rejects.toMatchObject({
      code: 'ROLLCALL_UNDO_NOT_APPLICABLE',
    });
    const { journal } = stand.store;
    const report = await verifyView(journal, new JetStreamViewBucket(stand.store));
    expect(report).toMatchObject({ differences: [] });
  });
});
