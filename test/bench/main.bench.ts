import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { AckPublisher, connectBroker, encodeEvent, openReader, ViewFollower } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { fixtureEvent, fixtureRecord } from './fixtures.js';
import { fixtureBytes } from './journal.js';
import { type Figure, percentiles, printFigures } from './measure.js';
import { options } from './options.js';
import { profiled } from './profile.js';
import { startRegistry } from './registry.js';

const SAMPLES = options.isQuick ? 500 : 3_000;
const WARM_UP = 500;
const RAW = 'RAW';

const connect = (broker: TestBroker) =>
  connectBroker({ url: broker.url, user: broker.user, password: broker.password });

/** When something happened after a beginning, in ms; each listener tells of the next time only. */
class Marks {
  readonly times = new Map<string, number[]>();
  #waiting = new Map<string, () => void>();
  #startedAtMs = 0;

  /** Begins anew; resolves when all that is named has happened. */
  start(names: readonly string[]): Promise<unknown> {
    const all = names.map((name) => new Promise<void>((resolve) => this.#waiting.set(name, resolve)));
    this.#startedAtMs = performance.now();
    return Promise.all(all);
  }

  readonly hit = (name: string): void => {
    const resolve = this.#waiting.get(name);
    if (resolve === undefined) return;
    this.#waiting.delete(name);
    const times = this.times.get(name) ?? [];
    times.push(performance.now() - this.#startedAtMs);
    this.times.set(name, times);
    resolve();
  };
}

/** What happens on the way, as a bystander with a connection of its own hears it. */
async function listen(watching: NatsConnection, store: RegistryStore, marks: Marks): Promise<() => void> {
  const { streams } = store;
  const callback = (name: string) => () => marks.hit(name);
  watching.subscribe(`${streams.viewSubjects}default.instance.>`, { callback: callback('projector wrote') });
  const follower = new ViewFollower({
    ...store,
    connection: watching,
    scope: { namespace: 'default' },
    onChange: () => marks.hit('seen'),
  });
  await follower.start();
  const journal = await openReader(watching, { stream: streams.journal }, callback('journal delivered'));
  const raw = await openReader(watching, { stream: RAW }, callback('raw delivered'));
  watching.subscribe(`${RAW}-told.>`, { callback: callback('raw told') });
  return () => {
    follower.close();
    journal.close();
    raw.close();
  };
}

/** A stream as durable as the journal, that tells what it stores as the view does. */
async function openRaw(connection: NatsConnection): Promise<AckPublisher> {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: RAW,
    subjects: [`${RAW}.>`],
    storage: 'file',
    republish: { src: `${RAW}.>`, dest: `${RAW}-told.>` },
  });
  return new AckPublisher(connection, { stream: RAW });
}

async function measure(broker: TestBroker): Promise<Map<string, number[]>> {
  const store = await openRegistryStore({ connection: await connect(broker) });
  const watching = await connect(broker);
  const raw = await openRaw(store.connection);
  const marks = new Marks();
  const close = await listen(watching, store, marks);
  for (let index = 0; index < SAMPLES + WARM_UP; index += 1) {
    if (index === WARM_UP) marks.times.clear();
    const data = fixtureRecord(index, 1_000, Math.floor(index / 1_000) + 1);
    const { namespace, service, instance } = data;
    const aggregate = { kind: 'instance', namespace, service, instance } as const;
    const event = { id: `bench-${index}`, type: 'rollcall.instance.registered.v1', aggregate, data };
    const all = marks.start(['acknowledged', 'seen', 'projector wrote', 'journal delivered']);
    void store.journal.append(event).then(() => marks.hit('acknowledged'));
    await all;
    const floor = marks.start(['raw acknowledged', 'raw delivered', 'raw told']);
    const encoded = encodeEvent(fixtureEvent(index, 1_000));
    void raw.publish({ subject: `${RAW}.${instance}`, ...encoded }).then(() => marks.hit('raw acknowledged'));
    await floor;
  }
  close();
  raw.close();
  await store.connection.close();
  await watching.close();
  return marks.times;
}

const broker = await startTestBroker({ synced: true });
const registry = await startRegistry(broker);
const times = await profiled('writer and watchers', () => measure(broker));
await registry.stop();
await broker.stop();

const stage = (mark: string, name: string, more: Partial<Figure> = {}): Figure[] => {
  const { p50, p99, p999 } = percentiles(times.get(mark) ?? []);
  return [
    { name: `${name}, p50`, value: p50, unit: 'ms', ...more },
    { name: `${name}, p99`, value: p99, unit: 'ms', ...(more.system && { system: more.system }) },
    { name: `${name}, p99.9`, value: p999, unit: 'ms', ...(more.system && { system: more.system }) },
  ];
};
const system = 'raw JetStream';
const p50Of = (mark: string): number => percentiles(times.get(mark) ?? []).p50;
const inMs = (value: number): string => `${value.toFixed(2)} ms`;
const limit = `two writes of the broker one after the other: the journal's event is with its reader after ${inMs(p50Of('journal delivered'))}, the projector has written the view at ${inMs(p50Of('projector wrote'))}, and it is seen ${inMs(p50Of('seen') - p50Of('projector wrote'))} later; one such write and its delivery take raw JetStream ${inMs(p50Of('raw told'))}`;
printFigures(
  'Main job: register -> seen',
  [
    ...stage('seen', 'register -> seen by a watcher on another connection', { goal: { atMost: 1 }, limit }),
    ...stage('acknowledged', 'register -> acknowledged'),
    ...stage('journal delivered', 'register -> a reader of the journal has it'),
    ...stage('projector wrote', "register -> the projector's write on the wire"),
    ...stage('raw acknowledged', 'publish -> acknowledged', { system }),
    ...stage('raw delivered', 'publish -> ordered consumer has it', { system }),
    ...stage('raw told', 'publish -> subscriber of its republished subject has it', { system }),
  ],
  {
    fixture: `${SAMPLES} registrations of ${fixtureBytes().event} B with headers one after the other, each followed by a raw one; registry in a process of its own; writer and watchers in one process on two connections`,
    durability: 'journal and raw stream are synced to disk before the acknowledgement',
  },
);
