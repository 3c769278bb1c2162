import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectBroker } from '#nats';
import { SERVICE, SHORT, type Stand, startStand } from './stand.js';
import { startSwallowingProxy } from './swallowing-proxy.js';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

const lastBeat = (instance: string) =>
  stand.beats.findLast(({ subject }) => subject.startsWith(`heartbeat.v1.default.${SERVICE}.${instance}.`));

/** Ends every connection a process has, as an operator would. */
async function kickAll(pid: number): Promise<number> {
  const { url, sys } = stand.broker;
  const system = await connectBroker({ url, user: sys.user, password: sys.password });
  const ask = async (what: string, body: object) =>
    (await system.request(what, JSON.stringify(body), { timeout: 2_000 })).json<{
      data: { server_id: string; connections: { cid: number; name?: string }[] };
    }>();
  const { data } = await ask('$SYS.REQ.SERVER.PING.CONNZ', { limit: 1_000 });
  const own = data.connections.filter(({ name }) => name?.endsWith(`:${pid}`));
  await Promise.all(own.map(({ cid }) => ask(`$SYS.REQ.SERVER.${data.server_id}.KICK`, { cid })));
  await system.close();
  return own.length;
}

/** No verdict worse than a suspicion, one at most for each cut, and not for long. */
function expectQuicklyCleared(instance: string, cuts: number): void {
  const told = stand.toldOf(instance);
  const verdicts = stand.verdictsOf(instance);
  expect(verdicts.filter((state) => state === 'suspected').length).toBeLessThanOrEqual(cuts);
  expect(verdicts).not.toContain('expired');
  const doubts = told.filter(({ change }) => change.record.status === 'suspect');
  for (const { atMs } of doubts) {
    const clearedAtMs = told.find((next) => next.atMs > atMs && next.change.record.status === 'up')?.atMs;
    expect((clearedAtMs ?? Infinity) - atMs).toBeLessThan(1_000);
  }
  expect(told.at(-1)?.change.record).toMatchObject({ status: 'up', incarnation: 1 });
}

describe('an instance that changes its connections', () => {
  it('lives on when all of them are kicked, again and again', async () => {
    const instance = await stand.start({ instance: 'kicked' });
    for (const round of [1, 2, 3]) {
      const before = lastBeat('kicked')?.body.connection?.clientId;
      expect(await kickAll(instance.pid)).toBe(2);
      await stand.until(
        () => lastBeat('kicked')?.body.connection?.clientId !== before,
        `it beats over a new connection for the ${round}. time`,
        2_000,
      );
    }
    const sinceMs = performance.now();
    await stand.until(
      () => (lastBeat('kicked')?.atMs ?? 0) > sinceMs + SHORT.leaseMs,
      'it beats for a lease',
      10_000,
    );
    expectQuicklyCleared('kicked', 3);
  });

  it('lives on when it reconnects of its own accord', async () => {
    const instance = await stand.start({ instance: 'mover' });
    const before = lastBeat('mover')?.body.connection?.clientId;
    await instance.does({ do: 'reconnect' });
    await stand.until(
      () => lastBeat('mover')?.body.connection?.clientId !== before,
      'it beats over a new connection',
      2_000,
    );
    const sinceMs = performance.now();
    await stand.until(
      () => (lastBeat('mover')?.atMs ?? 0) > sinceMs + SHORT.leaseMs,
      'it beats for a lease',
      10_000,
    );
    expectQuicklyCleared('mover', 1);
  });
});

describe('an instance whose line swallows every byte', () => {
  it('is expired when its lease is over, never before, and at most a second later', async () => {
    const proxy = await startSwallowingProxy(stand.broker.port);
    await stand.start({ instance: 'mute' }, { url: proxy.url });
    proxy.swallow();
    await stand.until(() => stand.statesOf('mute').includes('expired'), 'mute is expired');
    const expired = stand.toldOf('mute').at(-1);
    const aliveAtMs = lastBeat('mute')?.atMs ?? 0;
    const silentMs = (expired?.atMs ?? 0) - aliveAtMs;
    process.stdout.write(
      `expired ${Math.round(silentMs)} ms after the last beat; lease ${SHORT.leaseMs} ms\n`,
    );
    expect(silentMs).toBeGreaterThanOrEqual(SHORT.leaseMs);
    expect(silentMs).toBeLessThan(SHORT.leaseMs + 1_000);
    await proxy.stop();
  });
});
