import { afterEach, describe, expect, it } from '@jest/globals';
import { heartbeatTtlMs } from '#contracts';
import { connectBroker } from '#nats';
import { type LivingInstance, SERVICE, SHORT, type Stand, startStand } from './stand.js';

let stand: Stand;
afterEach(() => stand.stop());

interface ConnectionInfo {
  readonly cid: number;
  readonly name?: string;
}

/** The connections a process has, as the server lists them. */
async function connectionsOf({ pid }: LivingInstance): Promise<ConnectionInfo[]> {
  const { url, sys } = stand.broker;
  const system = await connectBroker({ url, user: sys.user, password: sys.password });
  const reply = await system.request('$SYS.REQ.SERVER.PING.CONNZ', JSON.stringify({ limit: 1_000 }), {
    timeout: 2_000,
  });
  await system.close();
  const { data } = reply.json<{ data: { connections: ConnectionInfo[] } }>();
  return data.connections.filter(({ name }) => name?.endsWith(`:${pid}`));
}

const lastBeat = (instance: string) =>
  stand.beats.findLast(({ subject }) => subject === `heartbeat.v1.default.${SERVICE}.${instance}.1`);
const clientIdOf = (instance: string) => lastBeat(instance)?.body.connection?.clientId;

describe('the heart of a process', () => {
  it('beats in the main thread while it can have no connection of its own, says so, and moves out when it can', async () => {
    const others = 2;
    stand = await startStand({
      withSystem: false,
      broker: { extraConfig: `max_connections: ${2 + others}\n` },
    });
    const { url, user, password } = stand.broker;
    const fill = await Promise.all(
      Array.from({ length: others }, () => connectBroker({ url, user, password, name: 'another' })),
    );
    const instance = await stand.start({ instance: 'cramped' });
    const mainClientId = clientIdOf('cramped');
    const trouble = await instance.hears('trouble');
    expect(trouble.text).toMatch(/^ROLLCALL_UNAVAILABLE: the heart has no thread and connection of its own/);
    await Promise.all(fill.map((connection) => connection.close()));
    await stand.until(() => clientIdOf('cramped') !== mainClientId, 'it beats over a connection of its own');
    const movedAtMs = performance.now();
    await stand.until(() => (lastBeat('cramped')?.atMs ?? 0) > movedAtMs + 2_500, 'it beats on');
    expect(clientIdOf('cramped')).not.toBe(mainClientId);
    expect(stand.verdictsOf('cramped')).toEqual([]);
  });

  it('beats for twenty instances over nine connections of one thread, and all are missed when it dies', async () => {
    stand = await startStand();
    const crowd = await stand.start({ instance: 'crowd-0' });
    const { url, user, password } = stand.broker;
    for (let number = 1; number < 20; number += 1) {
      const input = { service: SERVICE, instance: `crowd-${number}`, version: '1.0.0', lease: SHORT };
      await crowd.does({ do: 'register', client: { url, user, password }, input });
    }
    await stand.until(() => lastBeat('crowd-19') !== undefined, 'the last of them beats');
    const names = (await connectionsOf(crowd)).map(({ name }) => name ?? '');
    expect(names.filter((name) => name.startsWith(`rollcall heart default/${SERVICE}/crowd-`))).toHaveLength(
      8,
    );
    expect(names.filter((name) => name.startsWith('rollcall hearts '))).toHaveLength(1);
    expect(names).toHaveLength(10);
    const killedAtMs = performance.now();
    await crowd.kill('SIGKILL');
    const isSuspect = (number: number): boolean => stand.statesOf(`crowd-${number}`).at(-1) === 'suspect';
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    await stand.until(() => numbers.every(isSuspect), 'all are suspected', 5_000);
    expect(performance.now() - killedAtMs).toBeLessThan(1_000);
  });

  it("is missed within its heartbeat's life and two seconds where there is no system account", async () => {
    stand = await startStand({ withSystem: false });
    const victim = await stand.start({ instance: 'unwatched' });
    const killedAtMs = performance.now();
    await victim.kill('SIGKILL');
    await stand.until(() => stand.statesOf('unwatched').includes('suspect'), 'unwatched is suspected');
    expect(performance.now() - killedAtMs).toBeLessThan(heartbeatTtlMs(SHORT.heartbeatMs) + 2_000);
    expect(stand.toldOf('unwatched').at(-1)?.change.record.verdict?.evidence.signal).toBe('heartbeat-lapsed');
    await stand.until(() => stand.statesOf('unwatched').includes('expired'), 'unwatched is expired');
    expect(performance.now() - killedAtMs).toBeLessThan(SHORT.leaseMs + 1_000);
  });

  it('tells with its beats what the process applied and serves', async () => {
    stand = await startStand();
    const instance = await stand.start({ instance: 'teller' });
    await instance.does({ do: 'serve', calls: 3 });
    await instance.does({ do: 'apply', application: 'orders', revision: 42 });
    await instance.does({ do: 'watch-all' });
    await stand.until(
      () => lastBeat('teller')?.body.config !== undefined,
      'its beat tells the configuration',
    );
    const sinceMs = performance.now();
    await stand.until(() => (lastBeat('teller')?.atMs ?? 0) > sinceMs, 'it beats once more');
    const { body } = lastBeat('teller') ?? {};
    expect(body).toMatchObject({ callsInFlight: 3, config: { orders: 42 } });
    expect(body?.position).toBeGreaterThan(0);
  });
});
