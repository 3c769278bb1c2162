import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EffectiveStatus, InstanceView, ViewRecord } from '#contracts';
import { describeChange, filterInstances, isPresent, parseFilter, ViewTable } from '#domain';
import { ChangeFeed } from './change-feed.js';
import type { WatchEvent, WatchSink } from './watch-event.js';
import { Watcher } from './watcher.js';

const at = '2026-01-01T00:00:00.000Z';

function viewOf(service: string, instance: string, fields: Partial<InstanceView>): InstanceView {
  const seen = { registeredSequence: 1, registeredAt: at, revision: 1 };
  const always = {
    incarnation: 1,
    version: '1.0.0',
    status: 'up' as const,
    endpoints: [],
    weight: 1,
    tags: [],
    metadata: {},
    leaseMs: 0,
  };
  return { namespace: 'default', service, instance, ...always, ...seen, ...fields };
}

/** A view that is written, and told with a delay and not strictly in order, as a projector that leads does it. */
class World {
  readonly table = new ViewTable();
  readonly feed: ChangeFeed;
  #sequence = 0;
  #untold: { readonly key: string; readonly record: ViewRecord }[] = [];

  constructor(countMax: number) {
    this.feed = new ChangeFeed(countMax);
    this.feed.resynced('start', 0);
  }

  write(service: string, instance: string, fields: Partial<InstanceView>): void {
    this.#sequence += 1;
    const key = `default.instance.${service}.${instance}`;
    const before = this.table.get(key)?.entry;
    const cause = { id: String(this.#sequence), type: 'x' };
    const after = { sequence: this.#sequence, at, cause, record: viewOf(service, instance, fields) };
    this.table.put(key, after);
    if (isPresent(before) || isPresent(after))
      this.#untold.push({ key, record: describeChange(before, after) });
  }

  /** Changes of different instances may change places; those of one may not. */
  tell(reversed: boolean): void {
    const keys = [...new Set(this.#untold.map(({ key }) => key))];
    if (reversed) keys.reverse();
    for (const key of keys) {
      for (const change of this.#untold) if (change.key === key) this.feed.change(key, change.record);
    }
    this.#untold = [];
    this.feed.advance(this.#sequence);
  }
}

/** Somebody who watches, believes what is told, and sometimes does not listen. */
class Client implements WatchSink {
  readonly held = new Map<string, string>();
  readonly events: WatchEvent[] = [];
  isFull = false;
  lastId: number | undefined;
  #watcher: Watcher | undefined;
  #stale: Set<string> | undefined;

  constructor(
    private readonly world: World,
    private readonly filter: Record<string, unknown>,
  ) {}

  connect(): void {
    const { feed, table } = this.world;
    const order = {
      feed,
      table,
      namespace: 'default',
      filter: parseFilter(this.filter),
      sink: this as WatchSink,
    };
    this.#watcher = new Watcher(this.lastId === undefined ? order : { ...order, since: this.lastId });
    this.#stale = this.lastId === undefined ? new Set(this.held.keys()) : undefined;
    this.#watcher.start();
  }

  disconnect(): void {
    this.#watcher?.stop();
    this.#watcher = undefined;
    this.isFull = false;
  }

  drain(): void {
    this.isFull = false;
    this.#watcher?.onDrained();
  }

  get isConnected(): boolean {
    return this.#watcher !== undefined;
  }

  send(event: WatchEvent): void {
    this.events.push(event);
    if (event.kind === 'change') {
      const { service, instance } = event.record.record as InstanceView;
      this.#stale?.delete(`${service}/${instance}`);
      if (event.record.change === 'removed') this.held.delete(`${service}/${instance}`);
      else this.held.set(`${service}/${instance}`, JSON.stringify(event.record.record));
      return;
    }
    if (event.kind === 'gap' && event.complete) this.#stale = new Set(this.held.keys());
    if (event.kind === 'resynced') {
      for (const name of this.#stale ?? []) this.held.delete(name);
      this.#stale = undefined;
    }
    if (event.kind !== 'gap') this.lastId = event.sequence;
  }

  end(): void {
    this.disconnect();
  }

  /** What they should hold. */
  truth(): Map<string, string> {
    const slots = [...this.world.table.slots()].filter(({ entry }) => isPresent(entry));
    const views = slots.map(({ entry }) => entry.record as InstanceView);
    const { routable: _routable, ...filter } = parseFilter(this.filter);
    const found = filterInstances(views, filter);
    return new Map(found.map((view) => [`${view.service}/${view.instance}`, JSON.stringify(view)]));
  }
}

const anyStep = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    service: fc.constantFrom('a', 'b'),
    instance: fc.constantFrom('1', '2', '3'),
    status: fc.constantFrom<EffectiveStatus>('up', 'suspect'),
    version: fc.constantFrom('1.0.0', '2.0.0'),
    departure: fc.constantFrom(undefined, undefined, undefined, 'expired' as const),
  }),
  fc.record({ kind: fc.constant('tell' as const), reversed: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('fill' as const, 'drain' as const, 'leave' as const, 'come' as const) }),
);

describe('somebody who watches', () => {
  it('ends up knowing what is there, however slow they are and whenever they come back', () => {
    const anyFilter = fc.constantFrom<Record<string, unknown>>(
      {},
      { service: 'a' },
      { status: 'up' },
      { service: 'a,b', version: '^1' },
    );
    fc.assert(
      fc.property(
        anyFilter,
        fc.array(anyStep, { maxLength: 60 }),
        fc.constantFrom(0, 3, 1_000),
        (filter, steps, countMax) => {
          const world = new World(countMax);
          const client = new Client(world, filter);
          client.connect();
          for (const step of steps) {
            if (step.kind === 'write') {
              const { service, instance, status, version, departure } = step;
              world.write(service, instance, {
                status,
                version,
                ...(departure === undefined ? {} : { departure }),
              });
            } else if (step.kind === 'tell') world.tell(step.reversed);
            else if (step.kind === 'fill') client.isFull = client.isConnected;
            else if (step.kind === 'drain') client.drain();
            else if (step.kind === 'leave') client.disconnect();
            else if (!client.isConnected) client.connect();
          }
          if (!client.isConnected) client.connect();
          world.tell(false);
          client.drain();
          expect(client.held).toEqual(client.truth());
        },
      ),
      { numRuns: 3_000 },
    );
  });

  const kinds = (client: Client): string[] =>
    client.events.map((event) => (event.kind === 'change' ? event.record.change : event.kind));

  it('is told what is there, then each change, and where to come back to', () => {
    const world = new World(10);
    world.write('a', '1', {});
    world.tell(false);
    const client = new Client(world, {});
    client.connect();
    expect(kinds(client)).toEqual(['added', 'resynced']);
    world.write('a', '1', { status: 'draining' });
    world.tell(false);
    expect(kinds(client).slice(2)).toEqual(['updated', 'position']);
    expect(client.lastId).toBe(2);
  });

  it('comes back and is told only what they missed', () => {
    const world = new World(10);
    const client = new Client(world, {});
    world.write('a', '1', {});
    world.tell(false);
    client.connect();
    client.disconnect();
    client.events.length = 0;
    world.write('a', '2', {});
    world.tell(false);
    client.connect();
    expect(kinds(client)).toEqual(['added', 'position']);
  });

  it('comes back too late, is told so, and then everything', () => {
    const world = new World(2);
    const client = new Client(world, {});
    client.connect();
    client.disconnect();
    client.events.length = 0;
    for (const instance of ['1', '2', '3', '4']) world.write('a', instance, {});
    world.tell(false);
    client.connect();
    expect(client.events[0]).toEqual({ kind: 'gap', reason: 'too-old', complete: true });
    expect(kinds(client).slice(1)).toEqual(['added', 'added', 'added', 'added', 'resynced']);
  });

  it('does not keep up, is told so, and then the newest state', () => {
    const world = new World(10);
    const client = new Client(world, {});
    client.connect();
    client.events.length = 0;
    client.isFull = true;
    for (const status of ['up', 'draining', 'overloaded'] as const) world.write('a', '1', { status });
    world.tell(false);
    expect(client.events).toEqual([]);
    client.drain();
    expect(kinds(client)).toEqual(['gap', 'updated', 'resynced']);
    expect(client.events[0]).toMatchObject({ reason: 'slow', complete: false, skipped: 3 });
  });

  it('with a filter sees an instance go that no longer fits, and why', () => {
    const world = new World(10);
    const client = new Client(world, { routable: true });
    client.connect();
    world.write('a', '1', {});
    world.tell(false);
    world.write('a', '1', { status: 'maintenance' });
    world.tell(false);
    const changes = client.events.filter((event) => event.kind === 'change').map(({ record }) => record);
    expect(changes).toMatchObject([
      { change: 'added' },
      { change: 'removed', unmatched: true, record: { status: 'maintenance' } },
    ]);
  });
});
