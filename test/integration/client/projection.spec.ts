import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes } from '#contracts';
import type {
  Projection,
  ProjectionBatch,
  ProjectionOrder,
  ProjectionPosition,
  RollcallClient,
} from '#client';
import { openRegistryStore } from '#jetstream';
import { eventually, startTestRegistry, type TestRegistry } from './registry.js';

/** Somebody's store: what is written goes in together with the position, or not at all. */
class Store {
  position: ProjectionPosition | undefined;
  sequences: number[] = [];
  skipped = 0;
  readonly resets: string[] = [];
  readonly batches: number[] = [];
  /** Called before each commit. */
  guard: (batch: ProjectionBatch) => Promise<void> | void = () => undefined;
  /** Called behind each commit. */
  after: () => void = () => undefined;

  get order(): ProjectionOrder {
    return {
      load: () => this.position,
      reset: ({ message }) => {
        this.resets.push(message);
        this.position = undefined;
        this.sequences = [];
      },
      apply: async (batch) => {
        await this.guard(batch);
        if (batch.previous?.sequence !== this.position?.sequence) throw new Error('a batch is missing');
        this.sequences.push(...batch.events.map(({ sequence }) => sequence));
        this.batches.push(batch.events.length + batch.skipped);
        this.skipped += batch.skipped;
        this.position = batch.position;
        this.after();
      },
    };
  }
}

let registry: TestRegistry;
let client: RollcallClient;
let last = 0;
beforeAll(async () => {
  registry = await startTestRegistry();
  client = await registry.client();
  last = await write(120, 'orders');
});
afterAll(() => registry.stop());

/** Policies of a service, one after the other, and now and then what nobody can read. */
async function write(count: number, service: string): Promise<number> {
  const aggregate = { kind: 'service', namespace: 'default', service } as const;
  let sequence = 0;
  for (let index = 0; index < count; index += 1) {
    const data = { namespace: 'default', service, description: `policy ${index}` };
    const event = { id: `${service}-${index}-${performance.now()}`, type: eventTypes.servicePolicySet };
    sequence = await registry.store.journal.append({ ...event, aggregate, data });
    if (index % 40 === 39)
      await registry.store.connection.request(registry.store.subjects.journal(aggregate), '{not json');
  }
  return sequence;
}

async function journalSequences(): Promise<number[]> {
  const found: number[] = [];
  await registry.store.journal.read({}, (raw) => {
    if (raw.text() !== '{not json') found.push(raw.sequence);
  });
  return found;
}

async function projecting<Result>(order: ProjectionOrder, work: (one: Projection) => Promise<Result>) {
  const projection = await client.project(order);
  try {
    return await work(projection);
  } finally {
    await projection.close();
  }
}

describe('a projection of your own', () => {
  it('is told every event once and in order, whatever fails in between and however often it is started', async () => {
    const store = new Store();
    let turn = 0;
    store.guard = () => {
      if ((turn += 1) % 4 === 1) throw new Error('the database is locked');
    };
    store.after = () => {
      if (turn % 4 === 3) throw new Error('the connection was lost behind the commit');
    };
    for (const stop of [30, 31, 77, last]) {
      await projecting({ ...store.order, batch: 7 }, (projection) => projection.reached(stop));
    }
    await projecting({ ...store.order, batch: 7 }, (projection) => projection.reached(last + 1));
    expect(store.sequences).toEqual(await journalSequences());
    expect(store.skipped).toBe(3);
    expect(Math.max(...store.batches)).toBe(7);
  });

  it('holds two batches at most while its store is slow: then it stops reading', async () => {
    const store = new Store();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const blocked = new Promise<ProjectionBatch>((resolve) => {
      store.guard = (batch) => (resolve(batch), held);
    });
    await projecting({ ...store.order, batch: 5 }, async (projection) => {
      expect((await blocked).pending).toBeGreaterThan(50);
      await noReaderOfTheJournal();
      release();
      await projection.reached(last + 1);
    });
    expect(store.sequences).toEqual(await journalSequences());
  });

  it('can be held to some services', async () => {
    const store = new Store();
    const sequence = await write(3, 'payments');
    await projecting({ ...store.order, services: ['payments'] }, (one) => one.reached(sequence));
    expect(store.sequences).toHaveLength(3);
  });

  it('goes on behind the last event when the broker dies and comes back', async () => {
    const store = new Store();
    await projecting({ ...store.order, batch: 10 }, async (projection) => {
      await projection.reached(last);
      await registry.broker.kill('SIGKILL');
      await registry.broker.restart();
      await projection.reached(await write(25, 'shipping'));
    });
    expect(store.sequences).toEqual(await journalSequences());
    expect(store.resets).toEqual([]);
  });
});

/** The broker deletes a reader a moment after it was closed. The registry's own projector keeps one. */
async function noReaderOfTheJournal(): Promise<void> {
  const { manager, streams } = registry.store;
  await eventually(async () => {
    const names: string[] = [];
    for await (const { name } of manager.consumers.list(streams.journal)) names.push(name);
    return names.length <= 1;
  }, 'the projection reads no more');
}

describe('what a projection refuses', () => {
  it.each([
    [{ batch: 0 }, 'ROLLCALL_QUERY_INVALID'],
    [{ batch: 100_000 }, 'ROLLCALL_QUERY_INVALID'],
    [{ services: [] }, 'ROLLCALL_QUERY_INVALID'],
    [{ services: ['*'] }, 'ROLLCALL_NAME_INVALID'],
    [{ load: () => ({ sequence: -1, at: 'yesterday' }) }, 'ROLLCALL_SEQUENCE_INVALID'],
  ])('%j with %s, before it begins', async (wrong, code) => {
    await expect(client.project({ ...new Store().order, ...wrong })).rejects.toMatchObject({ code });
  });

  it('a position the journal has forgotten what came behind', async () => {
    const { manager, streams } = registry.store;
    const { config } = await manager.streams.info(streams.journal);
    const store = new Store();
    await projecting({ ...store.order, batch: 4 }, (projection) => projection.reached(4));
    await manager.streams.update(streams.journal, { ...config, max_msgs: 20 });
    const { reset: _, ...order } = store.order;
    store.position = { sequence: 4, at: new Date().toISOString() };
    const projection = await client.project(order);
    expect(await projection.ended).toMatchObject({ code: 'ROLLCALL_BEFORE_HISTORY' });
    await expect(projection.reached(99_999)).rejects.toMatchObject({ code: 'ROLLCALL_POSITION_NOT_REACHED' });
  });
});

describe('a journal that took the place of another one', () => {
  it('is known: without reset it ends the projection, with it the store is built from zero', async () => {
    const [store, stubborn] = [new Store(), new Store()];
    const { reset: _, ...order } = stubborn.order;
    const [willing, unwilling] = [await client.project(store.order), await client.project(order)];
    const end = (await registry.store.journal.ends()).lastSequence;
    await Promise.all([willing.reached(end), unwilling.reached(end)]);

    const { manager, streams } = registry.store;
    await manager.streams.delete(streams.journal);
    await openRegistryStore({ connection: registry.store.connection });
    await write(end + 10, 'orders');
    await client.reconnect();

    expect(await unwilling.ended).toMatchObject({ code: 'ROLLCALL_JOURNAL_REPLACED' });
    await willing.reached((await registry.store.journal.ends()).lastSequence);
    expect(store.resets).toEqual([
      expect.stringContaining('ROLLCALL_JOURNAL_REPLACED: the journal is another one'),
    ]);
    expect(store.sequences).toEqual(await journalSequences());
    await willing.close();
  }, 30_000);
});
