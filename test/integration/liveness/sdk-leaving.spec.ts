import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SERVICE, type Stand, startStand } from './stand.js';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

const timesOf = (instance: string) => {
  const told = stand.toldOf(instance);
  const at = (status: string): number =>
    told.find(({ change }) => (change.record.departure ?? change.record.status) === status)?.atMs ??
    Number.NaN;
  return { drainingAtMs: at('draining'), goneAtMs: at('deregistered') };
};

describe('an instance that shuts down', () => {
  it('drains, lets callers hear of it, and only then leaves', async () => {
    const instance = await stand.start({ instance: 'polite' });
    await instance.does({ do: 'shutdown', options: { reason: 'scaled down', settleMs: 600 } });
    await stand.until(() => stand.statesOf('polite').includes('deregistered'), 'polite is gone');
    expect(stand.statesOf('polite')).toEqual(['up', 'draining', 'deregistered']);
    const { drainingAtMs, goneAtMs } = timesOf('polite');
    expect(goneAtMs - drainingAtMs).toBeGreaterThanOrEqual(590);
    expect(goneAtMs - drainingAtMs).toBeLessThan(1_500);
    expect(stand.toldOf('polite').map(({ change }) => change.cause.reason)).toEqual([
      undefined,
      'scaled down',
      'scaled down',
    ]);
  });

  it('takes no longer for it than it may', async () => {
    const instance = await stand.start({ instance: 'hurried' });
    const sinceMs = performance.now();
    await instance.does({ do: 'shutdown', options: { settleMs: 60_000, timeoutMs: 400 } });
    expect(performance.now() - sinceMs).toBeLessThan(2_000);
    await stand.until(() => stand.statesOf('hurried').includes('deregistered'), 'hurried is gone');
    expect(stand.verdictsOf('hurried')).toEqual([]);
  });
});

describe('a consumer that reports a failed call', () => {
  it('raises no suspicion of an instance that answers', async () => {
    const target = await stand.start({ instance: 'accused' });
    const consumer = await stand.start({ instance: 'caller', service: 'shop' });
    const sent = await consumer.does({ do: 'report', service: SERVICE, detail: 'connect ETIMEDOUT' });
    expect(sent).toEqual([true]);
    const before = stand.beats.length;
    await stand.until(() => stand.beats.length > before + 4, 'time goes by');
    expect(stand.verdictsOf('accused')).toEqual([]);
    await target.kill('SIGKILL');
  });

  it('makes a stopped one suspected long before its heartbeat lapses, naming who saw it', async () => {
    const lease = { heartbeatMs: 10_000, leaseMs: 30_000 };
    const target = await stand.start({ instance: 'hung', service: 'stock', lease });
    const consumer = await stand.start({ instance: 'caller-2', service: 'shop' });
    // Nothing is said about an instance before the watchman has seen a heartbeat's life of it.
    await new Promise((resolve) => setTimeout(resolve, 9_000));
    target.signal('SIGSTOP');
    const sinceMs = performance.now();
    await consumer.does({ do: 'report', service: 'stock', detail: 'connect ETIMEDOUT' });
    await stand.until(() => stand.statesOf('hung').includes('suspect'), 'hung is suspected', 5_000);
    expect(performance.now() - sinceMs).toBeLessThan(1_000);
    expect(stand.toldOf('hung').at(-1)?.change.record.verdict?.evidence).toMatchObject({
      signal: 'call-failed',
      observer: 'shop/caller-2',
      detail: 'a call to it failed: connect ETIMEDOUT',
    });
    target.signal('SIGCONT');
    await stand.until(() => stand.statesOf('hung').at(-1) === 'up', 'hung is cleared');
  });

  it('is heard once a second at most about the same instance', async () => {
    await stand.start({ instance: 'often', service: 'basket' });
    const consumer = await stand.start({ instance: 'caller-3', service: 'shop' });
    const reports: string[] = [];
    stand.connection.subscribe(stand.store.subjects.reportAll, {
      callback: (_error, message) => {
        reports.push(message.string());
      },
    });
    await stand.connection.flush();
    const answers: unknown[] = [];
    for (let left = 5; left > 0; left -= 1)
      answers.push(await consumer.does({ do: 'report', service: 'basket', detail: 'x'.repeat(10_000) }));
    await stand.connection.flush();
    expect(answers).toEqual([[true], [false], [false], [false], [false]]);
    await stand.until(() => reports.length > 0, 'a report arrives');
    expect(reports).toHaveLength(1);
    expect(reports[0]?.length).toBeLessThan(1_000);
  });
});
