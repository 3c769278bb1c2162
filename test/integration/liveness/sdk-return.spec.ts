import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostname } from 'node:os';
import { eventTypes } from '#contracts';
import { SERVICE, type Stand, startStand } from './stand.js';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

const last = (instance: string) => stand.toldOf(instance).at(-1)?.change;
const beatsOf = (instance: string, incarnation: number) =>
  stand.beats.filter(
    ({ subject }) => subject === `heartbeat.v1.default.${SERVICE}.${instance}.${incarnation}`,
  );

async function evict(instance: string, evictedIncarnation: number): Promise<void> {
  const names = { namespace: 'default', service: SERVICE, instance };
  await stand.store.journal.append({
    id: `evict ${instance} ${evictedIncarnation}`,
    type: eventTypes.overrideSet,
    actor: 'alice',
    aggregate: { kind: 'override', ...names },
    data: { ...names, evictedIncarnation },
  });
}

describe('a living instance that was removed', () => {
  it('comes back above everything an operator evicted, with the reason in the journal', async () => {
    const instance = await stand.start({ instance: 'evictee', weight: 9 });
    await evict('evictee', 5);
    await expect(instance.hears('revived')).resolves.toMatchObject({ incarnation: 6 });
    await stand.until(() => last('evictee')?.record.departure === undefined, 'evictee is back');
    expect(last('evictee')).toMatchObject({
      change: 'added',
      cause: { reason: 'incarnation 1 was evicted and is alive' },
      record: { incarnation: 6, weight: 9, status: 'up' },
    });
    await stand.until(() => beatsOf('evictee', 6).length > 0, 'the next incarnation beats');
  });

  it('comes back more slowly when it is evicted again and again', async () => {
    const instance = await stand.start({ instance: 'unwanted' });
    const returnedAfterMs: number[] = [];
    for (const incarnation of [1, 2, 3]) {
      await evict('unwanted', incarnation);
      const sinceMs = performance.now();
      await stand.until(
        () => instance.said.some((word) => word.said === 'revived' && word.incarnation === incarnation + 1),
        `it is back for the ${incarnation}. time`,
      );
      returnedAfterMs.push(performance.now() - sinceMs);
    }
    expect(returnedAfterMs[0]).toBeLessThan(500);
    expect(returnedAfterMs[2]).toBeGreaterThan(1_000);
  });

  it('comes back when the registry has forgotten it altogether, and the count of incarnations goes on', async () => {
    const instance = await stand.start({ instance: 'forgotten' });
    const key = `default.instance.${SERVICE}.forgotten`;
    // It takes a day of silence for a tombstone to age out of the view; so long cannot be waited here.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    await stand.store.manager.streams.purge(stand.store.streams.view, {
      filter: stand.store.streams.viewSubjects + key,
    });
    await instance.does({ do: 'reconnect' });
    await expect(instance.hears('revived')).resolves.toMatchObject({ incarnation: 2 });
    await stand.until(() => last('forgotten')?.record.incarnation === 2, 'it is in the view again');
    expect(last('forgotten')?.cause.reason).toBe('incarnation 1 is no longer in the view and is alive');
  });
});

describe('two living processes that claim one id', () => {
  it('are named to each other; the newer one has it, the older one beats no more, and neither fights', async () => {
    const older = await stand.start({ instance: 'twin' });
    const newer = await stand.start({ instance: 'twin' });
    const lost = await older.hears('lost');
    expect(lost).toMatchObject({
      code: 'ROLLCALL_SUPERSEDED',
      details: { incarnation: 1, newest: 2, actor: 'orders/twin', hostname: hostname(), pid: newer.pid },
    });
    await expect(newer.hears('rival')).resolves.toMatchObject({
      rival: { incarnation: 1, actor: 'orders/twin', hostname: hostname(), pid: older.pid },
    });
    const before = beatsOf('twin', 1).length;
    const heard = beatsOf('twin', 2).length;
    await stand.until(() => beatsOf('twin', 2).length >= heard + 3, 'the newer one beats on');
    expect(beatsOf('twin', 1)).toHaveLength(before);
    expect(last('twin')?.record).toMatchObject({ incarnation: 2, status: 'up' });
    expect(newer.said.some(({ said }) => said === 'lost')).toBe(false);
    expect(older.said.some(({ said }) => said === 'revived')).toBe(false);
  });

  it('leave it to the newer one also when the older was stopped meanwhile', async () => {
    const older = await stand.start({ instance: 'sleeping-twin' });
    older.signal('SIGSTOP');
    const newer = await stand.start({ instance: 'sleeping-twin' });
    older.signal('SIGCONT');
    await expect(older.hears('lost')).resolves.toMatchObject({ details: { pid: newer.pid } });
    expect(older.said.some(({ said }) => said === 'revived')).toBe(false);
    expect(last('sleeping-twin')?.record).toMatchObject({ incarnation: 2, status: 'up' });
  });

  it('a restart after a crash is no rival', async () => {
    const crashed = await stand.start({ instance: 'restarted' });
    await crashed.kill('SIGKILL');
    const restarted = await stand.start({ instance: 'restarted' });
    await stand.until(() => beatsOf('restarted', 2).length > 1, 'it beats');
    expect(restarted.said.map(({ said }) => said)).toEqual(['registered', 'done']);
  });
});
