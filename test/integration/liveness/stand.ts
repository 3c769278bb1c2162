import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { type HeartbeatBody, type InstanceView, type VerdictRecord, type ViewRecord } from '#contracts';
import type { Watchman } from '#application';
import type { ClientOptions, RegistrationInput } from '#client';
import {
  createProjection,
  createWatchman,
  openRegistryStore,
  type Projection,
  type RegistryStore,
} from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker, type TestBrokerOptions } from '#testkit';
import type { FromInstance, ToInstance } from '../../e2e/fixtures/living-instance.js';
import { type Program, startProgram } from '../../e2e/fixtures/program.js';

interface Beat {
  readonly subject: string;
  /** When it arrived, by the clock of the test. */
  readonly atMs: number;
  readonly body: HeartbeatBody;
}

/** A change of an instance, as somebody who watches is told it. */
interface Told {
  readonly atMs: number;
  readonly change: ViewRecord<InstanceView>;
}

type Said<Kind extends FromInstance['said']> = Extract<FromInstance, { said: Kind }>;

/** A service as a process of its own, registered by the SDK. */
export interface LivingInstance extends Program {
  readonly name: string;
  readonly said: readonly FromInstance[];
  /** Resolves with the first word of a kind it says, or has said. */
  hears<Kind extends FromInstance['said']>(kind: Kind, timeoutMs?: number): Promise<Said<Kind>>;
  /** Gives an order and does not wait. */
  tell(order: ToInstance): void;
  /** Gives an order and resolves with what came of it. */
  does(order: ToInstance, timeoutMs?: number): Promise<unknown>;
}

/** A broker, and a registry with its watchman in the test's own process. */
export interface Stand {
  readonly broker: TestBroker;
  readonly store: RegistryStore;
  readonly connection: NatsConnection;
  readonly beats: readonly Beat[];
  /** What was told of an instance, in order. */
  toldOf(instance: string): Told[];
  /** The same in words: status, or why it is gone. */
  statesOf(instance: string): string[];
  verdictsOf(instance: string): VerdictRecord['state'][];
  /** Resolves as soon as something holds; rejects with what was told so far. */
  until(holds: () => boolean, what: string, timeoutMs?: number): Promise<void>;
  /** Starts a process, registered once this resolves. */
  start(
    input: Partial<RegistrationInput> & { instance: string },
    client?: ClientOptions,
  ): Promise<LivingInstance>;
  stop(): Promise<void>;
}

export interface StandOptions {
  /** Default true. Without a system account there are no disconnect advisories. */
  readonly withSystem?: boolean;
  readonly broker?: TestBrokerOptions;
}

export const SERVICE = 'orders';
/** What is told of this service is not kept. */
export const NOISE = 'noise';
/** Beats each second, suspected after 2 s of silence, lives 4 s without a beat. */
export const SHORT = { heartbeatMs: 1_000, leaseMs: 4_000 } as const;
const QUIET_MS = 3_500;

export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const broker = await startTestBroker(options.broker);
  const { url, user, password, sys } = broker;
  const store = await openRegistryStore({
    connection: await connectBroker({ url, user, password, name: 'registry' }),
  });
  const system =
    options.withSystem === false
      ? undefined
      : await connectBroker({ url, user: sys.user, password: sys.password, name: 'system' });
  const told: Told[] = [];
  const beats: Beat[] = [];
  const waiters = new Set<() => void>();
  const wake = (): void => {
    for (const look of waiters) look();
  };
  const parts: { watchman?: Watchman } = {};
  const projection: Projection = createProjection(store, {
    onChange: (key, change) => {
      parts.watchman?.onChange(key, change);
      if (!('instance' in change.record) || change.record.service === NOISE) return;
      told.push({ atMs: performance.now(), change: change as ViewRecord<InstanceView> });
      wake();
    },
  });
  const watchman = createWatchman(store, {
    table: projection.table,
    observer: 'test',
    ...(system === undefined ? {} : { systemConnection: system }),
  });
  parts.watchman = watchman;
  await projection.start();
  await watchman.start();
  const startedAtMs = performance.now();
  store.connection.subscribe(store.subjects.heartbeatAll, {
    callback: (_error, message: Msg) => {
      beats.push({ subject: message.subject, atMs: performance.now(), body: message.json<HeartbeatBody>() });
      wake();
    },
  });
  const instances: LivingInstance[] = [];

  const toldOf = (instance: string): Told[] =>
    told.filter(({ change }) => change.record.instance === instance);
  const statesOf = (instance: string): string[] =>
    toldOf(instance).map(({ change }) => change.record.departure ?? change.record.status);
  const until: Stand['until'] = (holds, what, timeoutMs = 20_000) =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        clearInterval(polling);
        waiters.delete(look);
      };
      const look = (): void => {
        if (!holds()) return;
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        const story = told.map(({ change: { record, cause } }) => [
          record.instance,
          record.status,
          cause.reason,
        ]);
        reject(new Error(`not within ${timeoutMs} ms: ${what}. Told: ${JSON.stringify(story)}`));
      }, timeoutMs);
      const polling = setInterval(look, 50);
      waiters.add(look);
      look();
    });

  return {
    broker,
    store,
    connection: store.connection,
    beats,
    toldOf,
    statesOf,
    verdictsOf: (instance) => {
      const states = toldOf(instance).map(({ change }) => change.record.verdict?.state);
      return states.filter((state, index) => state !== undefined && state !== states[index - 1]) as never;
    },
    until,
    start: async (input, client = {}) => {
      // A watchman that has just started judges nobody; what a test measures begins after that.
      const quietMs = startedAtMs + QUIET_MS - performance.now();
      if (quietMs > 0) await new Promise((resolve) => setTimeout(resolve, quietMs));
      const instance = launch(input.instance);
      instances.push(instance);
      instance.tell({
        do: 'register',
        client: { url, user, password, ...client },
        input: { service: SERVICE, version: '1.0.0', lease: SHORT, ...input },
      });
      const { incarnation } = await instance.hears('registered');
      const subject = store.subjects.heartbeat({
        namespace: 'default',
        service: input.service ?? SERVICE,
        instance: input.instance,
        incarnation,
      });
      await until(() => beats.some((beat) => beat.subject === subject), `${input.instance} beats`);
      return instance;
    },
    stop: async () => {
      await Promise.all(instances.map((instance) => instance.kill()));
      await watchman.stop();
      await projection.stop();
      await system?.close();
      await store.connection.close();
      await broker.stop();
    },
  };
}

function launch(name: string): LivingInstance {
  const program = startProgram('test/e2e/fixtures/living-instance.js', {});
  const said: FromInstance[] = [];
  const listeners = new Set<() => void>();
  program.onMessage((message) => {
    said.push(message as FromInstance);
    for (const listener of listeners) listener();
  });
  const find = <Found>(look: () => Found | undefined, what: string, timeoutMs: number): Promise<Found> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        listeners.delete(listen);
        reject(
          new Error(
            `${name} did not ${what} within ${timeoutMs} ms: ${JSON.stringify(said)} ${program.output()}`,
          ),
        );
      }, timeoutMs);
      const listen = (): void => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        listeners.delete(listen);
        resolve(found);
      };
      listeners.add(listen);
      listen();
    });
  return Object.assign(program, {
    name,
    said,
    hears: <Kind extends FromInstance['said']>(kind: Kind, timeoutMs = 20_000) =>
      find(
        () => said.find((word) => word.said === kind || word.said === 'failed') as Said<Kind> | undefined,
        `say "${kind}"`,
        timeoutMs,
      ).then((word) => {
        if (word.said !== kind) throw new Error(`${name} failed: ${JSON.stringify(word)}`);
        return word;
      }),
    tell: (order: ToInstance) => program.send(order),
    does: (order: ToInstance, timeoutMs = 30_000) => {
      const before = said.length;
      program.send(order);
      return find(
        () =>
          said
            .slice(before)
            .find((word) => (word.said === 'done' || word.said === 'failed') && word.what === order.do),
        `finish "${order.do}"`,
        timeoutMs,
      ).then((word) => {
        if (word.said === 'failed') throw new Error(word.text);
        return (word as Said<'done'>).result;
      });
    },
  });
}
