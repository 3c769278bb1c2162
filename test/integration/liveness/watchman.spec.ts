import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { eventTypes, type IncarnationId, type InstanceRecord, type InstanceView } from '#contracts';
import type { Watchman } from '#application';
import { fromTime } from '#domain';
import {
  createProjection,
  createWatchman,
  openRegistryStore,
  type Projection,
  type RegistryStore,
} from '#jetstream';
import { connectBroker } from '#nats';
import { connect, type NodeConnectionOptions } from '@nats-io/transport-node';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
let projection: Projection;
let watchman: Watchman;
let system: NatsConnection;
const told: InstanceView[] = [];
const waiting = new Set<() => void>();
let onFalseAlarm = (): void => undefined;

/** What consumers were told of an instance, in order. */
const statesOf = (instance: string): string[] =>
  told.filter((view) => view.instance === instance).map(({ departure, status }) => departure ?? status);

/** Resolves when an instance has been told in these states, one after the other. */
function untilTold(instance: string, states: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      let at = 0;
      for (const state of statesOf(instance)) if (state === states[at]) at += 1;
      if (at < states.length) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
}

function verdictOf(instance: string): InstanceView['verdict'] {
  const slot = projection.table.get(`default.instance.of-${instance}.${instance}`);
  return (slot?.entry.record as InstanceView | undefined)?.verdict;
}

/** An instance without our SDK: it registers, beats and answers probes by bare NATS. */
async function bareInstance(instance: string, options: Partial<NodeConnectionOptions> = {}) {
  // A service of its own: protection counts the dead of a service together.
  const service = `of-${instance}`;
  const id: IncarnationId = { namespace: 'default', service, instance, incarnation: 1 };
  const connection = await connect({ ...broker.connection, ...options });
  const data: InstanceRecord = {
    ...id,
    version: '1.0.0',
    status: 'up',
    endpoints: [],
    leaseMs: 4_000,
    heartbeatMs: 1_000,
  };
  const aggregate = { kind: 'instance', namespace: 'default', service, instance } as const;
  const register = (): Promise<number> =>
    store.journal.append({ id: randomUUID(), type: eventTypes.instanceRegistered, aggregate, data });
  await register();
  const { server_id: serverId, client_id: clientId } = connection.info ?? {};
  const beat = (ttl: string): void => {
    const head = headers();
    head.set('Nats-TTL', ttl);
    connection.publish(store.subjects.heartbeat(id), JSON.stringify({ connection: { serverId, clientId } }), {
      headers: head,
    });
  };
  let probes = connection.subscribe(store.subjects.probe(id), {
    callback: (_error, message) => void message.respond(JSON.stringify({ incarnation: 1 })),
  });
  let timer: NodeJS.Timeout | undefined;
  const live = (ttl = '2s'): void => {
    clearInterval(timer);
    beat(ttl);
    timer = setInterval(() => beat(ttl), 1_000);
  };
  live();
  return {
    live,
    register,
    /** What it has sent over its connection reaches the stream only now. */
    beatArrives: async () => {
      const head = headers();
      head.set('Nats-TTL', '2s');
      const payload = JSON.stringify({ connection: { serverId, clientId } });
      await store.connection.request(store.subjects.heartbeat(id), payload, {
        headers: head,
        timeout: 2_000,
      });
    },
    /** Hears a probe and does something else instead of answering. */
    answerNothingTo: (instead: () => Promise<void>) => {
      probes.unsubscribe();
      return new Promise<void>((resolve) => {
        probes = connection.subscribe(store.subjects.probe(id), {
          max: 1,
          callback: () => void instead().then(resolve),
        });
      });
    },
    fallSilent: () => clearInterval(timer),
    answerNoProbes: () => probes.unsubscribe(),
    die: async () => {
      clearInterval(timer);
      await connection.close();
    },
  };
}

/** After a gap, everybody has so long to show up: the life of a beat and a second. */
const QUIET_MS = 3_000;
const quietTime = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, QUIET_MS + 200));

beforeAll(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  system = await connectBroker({ url: broker.url, user: broker.sys.user, password: broker.sys.password });
  store = await openRegistryStore({ connection });
  projection = createProjection(store, {
    onChange: (key, record) => {
      watchman.onChange(key, record);
      told.push(record.record as InstanceView);
      for (const look of waiting) look();
    },
  });
  watchman = createWatchman(store, {
    table: projection.table,
    systemConnection: system,
    observer: 'test',
    onCount: (what) => what === 'false-alarm' && onFalseAlarm(),
  });
  await projection.start();
  await watchman.start();
});

afterAll(async () => {
  await watchman.stop();
  await projection.stop();
  await system.close();
  await store.connection.close();
  await broker.stop();
});

describe('the watchman', () => {
  it('judges the first instance of all at once, although nothing had told the time before it came', async () => {
    await quietTime();
    const first = await bareInstance('first');
    await untilTold('first', ['up']);
    await first.die();
    await untilTold('first', ['up', 'suspect']);
    const verdict = verdictOf('first');
    expect(verdict?.evidence.signal).toBe('disconnect');
    expect(fromTime(verdict?.at ?? '') - fromTime(told[0]?.registeredAt ?? '')).toBeLessThan(QUIET_MS);
  });

  it('suspects nobody when the broker stood still, although leases lapsed and a connection was given up', async () => {
    const impatient = { pingInterval: 500, maxPingOut: 1, reconnectTimeWait: 700, maxReconnectAttempts: -1 };
    const cut = await bareInstance('cut', impatient);
    await untilTold('cut', ['up']);
    // Judged by now, also when this case runs alone.
    await quietTime();
    await broker.pause();
    // Longer than a beat lives, shorter than what makes the registry give up its own connection.
    await new Promise((resolve) => setTimeout(resolve, 3_200));
    await broker.resume();
    await quietTime();
    expect(statesOf('cut')).toEqual(['up']);
    await cut.die();
  });

  it('suspects and expires an instance that died, and nobody else', async () => {
    const others = [await bareInstance('a'), await bareInstance('b'), await bareInstance('c')];
    const victim = await bareInstance('victim');
    await untilTold('victim', ['up']);
    await victim.die();
    await untilTold('victim', ['up', 'suspect', 'expired']);
    expect(verdictOf('victim')?.evidence).toMatchObject({
      observer: 'test',
      probesUnanswered: expect.any(Number),
    });
    expect(['a', 'b', 'c'].map(statesOf)).toEqual([['up'], ['up'], ['up']]);
    await Promise.all(others.map(({ die }) => die()));
  });

  it('is not deceived by a beat that arrives after the word that its connection has ended', async () => {
    const late = await bareInstance('late');
    await untilTold('late', ['up']);
    await late.die();
    await untilTold('late', ['up', 'suspect']);
    expect(verdictOf('late')?.evidence.signal).toBe('disconnect');
    await late.beatArrives();
    await untilTold('late', ['up', 'suspect', 'expired']);
    expect(statesOf('late').filter((state) => state === 'suspect')).toHaveLength(1);
  });

  it('remembers a connection that ended while nobody was judged', async () => {
    const forgotten = await bareInstance('forgotten');
    await untilTold('forgotten', ['up']);
    await broker.pause();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await broker.resume();
    await forgotten.die();
    await untilTold('forgotten', ['up', 'suspect']);
    expect(verdictOf('forgotten')?.evidence.signal).toBe('disconnect');
  });

  it('does not suspect an instance whose heartbeats stop but who answers probes', async () => {
    const silent = await bareInstance('silent');
    await untilTold('silent', ['up']);
    const falseAlarm = new Promise<void>((resolve) => (onFalseAlarm = resolve));
    silent.fallSilent();
    await falseAlarm;
    expect(statesOf('silent')).toEqual(['up']);
    await silent.die();
  });

  it('does not suspect an instance that registers anew while it is being asked', async () => {
    const twice = await bareInstance('twice');
    await untilTold('twice', ['up']);
    const asked = twice.answerNothingTo(async () => void (await twice.register()));
    twice.fallSilent();
    await asked;
    // Longer than the probe waits for its answer, shorter than the new registration lets it be silent.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(statesOf('twice').filter((state) => state !== 'up')).toEqual([]);
    await twice.die();
  });

  it('clears a suspect as soon as it beats again, in the same incarnation', async () => {
    const dozing = await bareInstance('dozing');
    await untilTold('dozing', ['up']);
    dozing.answerNoProbes();
    dozing.fallSilent();
    await untilTold('dozing', ['up', 'suspect']);
    dozing.live();
    await untilTold('dozing', ['up', 'suspect', 'up']);
    expect(verdictOf('dozing')).toMatchObject({
      state: 'cleared',
      incarnation: 1,
      evidence: { signal: 'heartbeat' },
    });
    await dozing.die();
  });

  it.each(['never', '3600s', '1500ms'])('does not count a heartbeat that wants to live "%s"', async (ttl) => {
    const instance = `greedy-${ttl}`;
    const greedy = await bareInstance(instance);
    await untilTold(instance, ['up']);
    greedy.answerNoProbes();
    greedy.live(ttl);
    await untilTold(instance, ['up', 'suspect', 'expired']);
    expect(verdictOf(instance)?.state).toBe('expired');
    await greedy.die();
  });

  it('knows the time before it hears the old heartbeats, which are no leap of it', async () => {
    const reasons: unknown[] = [];
    const log = { ...store.log, info: (_text: string, facts?: object) => reasons.push(facts) };
    const { table } = projection;
    const second = createWatchman({ ...store, log }, { table, systemConnection: system, observer: 'second' });
    await second.start();
    await second.stop();
    expect(reasons).toEqual([{ reason: 'start' }]);
  });
});
