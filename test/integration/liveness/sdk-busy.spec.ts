import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startFeed } from './feed.js';
import { SERVICE, type Stand, startStand } from './stand.js';

/** `LONG=1` blocks for the 20 s that are promised, with and without a heavy feed of changes as well. */
const isLong = process.env['LONG'] === '1';
const blockMs = isLong ? 20_000 : 6_000;

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

const beatsOf = (instance: string, sinceMs: number) =>
  stand.beats.filter(
    ({ subject, atMs }) =>
      subject.startsWith(`heartbeat.v1.default.${SERVICE}.${instance}.`) && atMs > sinceMs,
  );

const busy = isLong
  ? ([
      ['alone', false],
      ['under a heavy feed of changes', true],
    ] as const)
  : ([['alone', false]] as const);

describe('an instance whose event loop is held up', () => {
  it.each(busy)(
    'for longer than its heartbeat lives is not suspected, and each beat says for how long: %s',
    async (what, isFed) => {
      const name = isFed ? 'busy-fed' : 'busy';
      const instance = await stand.start({ instance: name, lease: 'local' });
      if (isFed) await instance.does({ do: 'watch-all' });
      const feed = isFed ? startFeed(stand.connection) : undefined;
      const sinceMs = performance.now();
      await instance.does({ do: 'block', blockMs }, blockMs + 20_000);
      const sent = feed?.stop();
      const during = beatsOf(name, sinceMs).filter(({ atMs }) => atMs < sinceMs + blockMs);
      const lags = during.map(({ body }) => body.eventLoopLagMs ?? 0);
      expect(during.length).toBeGreaterThanOrEqual(Math.floor(blockMs / 1_000) - 1);
      expect([...lags].sort((left, right) => left - right)).toEqual(lags);
      expect(lags.at(-1)).toBeGreaterThan(blockMs - 1_800);
      await stand.until(
        () => (beatsOf(name, sinceMs + blockMs).at(-1)?.body.eventLoopLagMs ?? Infinity) < 1_000,
        'the loop turns again',
      );
      expect(stand.verdictsOf(name)).toEqual([]);
      expect(new Set(stand.statesOf(name))).toEqual(new Set(['up']));
      if (isLong) {
        const troubles = instance.said.filter(({ said }) => said === 'trouble' || said === 'disconnected');
        process.stdout.write(
          `${what}: ${during.length} beats, lags ${lags.join(' ')}; ${JSON.stringify({ sent, troubles })}\n`,
        );
      }
    },
    blockMs + 60_000,
  );

  it('for longer than the limit it set is overloaded meanwhile, and up again when the loop has turned for a while', async () => {
    const instance = await stand.start({ instance: 'laden', lease: 'local', overloadedAfterMs: 1_000 });
    const sinceMs = performance.now();
    const blocked = instance.does({ do: 'block', blockMs: 5_000 });
    await stand.until(() => stand.statesOf('laden').includes('overloaded'), 'laden is overloaded');
    const told = stand.toldOf('laden').at(-1);
    expect((told?.atMs ?? Infinity) - sinceMs).toBeLessThan(5_000);
    expect(told?.change).toMatchObject({
      changed: ['status'],
      cause: { actor: 'orders/laden', reason: 'the event loop is held up for more than 1000 ms' },
    });
    expect(instance.said.some((word) => word.said === 'done' && word.what === 'block')).toBe(false);
    await blocked;
    await stand.until(() => stand.statesOf('laden').at(-1) === 'up', 'laden is up again');
    expect(stand.statesOf('laden')).toEqual(['up', 'overloaded', 'up']);
    await instance.does({ do: 'update', update: { weight: 5 } });
    await stand.until(() => stand.toldOf('laden').at(-1)?.change.record.weight === 5, 'it speaks for itself');
    expect(stand.toldOf('laden').at(-1)?.change.record).toMatchObject({ status: 'up', incarnation: 1 });
  });

  it('does not become overloaded while it drains', async () => {
    const instance = await stand.start({
      instance: 'leaving',
      lease: 'local',
      overloadedAfterMs: 500,
      status: 'draining',
    });
    await instance.does({ do: 'block', blockMs: 2_000 });
    await instance.does({ do: 'update', update: { weight: 3 } });
    await stand.until(() => stand.toldOf('leaving').at(-1)?.change.record.weight === 3, 'its update is told');
    expect(stand.statesOf('leaving')).toEqual(['draining', 'draining']);
  });

  it('is not called overloaded because the whole process was stopped', async () => {
    const instance = await stand.start({
      instance: 'paused',
      lease: { heartbeatMs: 1_000, leaseMs: 20_000 },
      overloadedAfterMs: 1_000,
    });
    instance.signal('SIGSTOP');
    await stand.until(() => stand.statesOf('paused').includes('suspect'), 'paused is suspected');
    instance.signal('SIGCONT');
    await stand.until(() => stand.statesOf('paused').at(-1) === 'up', 'paused is cleared');
    await instance.does({ do: 'update', update: { weight: 3 } });
    await stand.until(() => stand.toldOf('paused').at(-1)?.change.record.weight === 3, 'its update is told');
    expect(stand.statesOf('paused')).toEqual(['up', 'suspect', 'up', 'up']);
  });
});
