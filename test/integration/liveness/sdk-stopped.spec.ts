import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SHORT, type Stand, startStand } from './stand.js';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

const lastChange = (instance: string) => stand.toldOf(instance).at(-1)?.change.record;

describe('a process that registered with the SDK', () => {
  it('is suspected at once when it is killed, and expired after its grace', async () => {
    const victim = await stand.start({ instance: 'victim' });
    const killedAtMs = performance.now();
    await victim.kill('SIGKILL');
    await stand.until(() => stand.statesOf('victim').includes('suspect'), 'victim is suspected');
    const suspected = stand.toldOf('victim').find(({ change }) => change.record.status === 'suspect');
    expect((suspected?.atMs ?? Infinity) - killedAtMs).toBeLessThan(500);
    expect(suspected?.change.record.verdict?.evidence.signal).toBe('disconnect');
    await stand.until(() => stand.statesOf('victim').includes('expired'), 'victim is expired');
    expect(stand.statesOf('victim')).toEqual(['up', 'suspect', 'expired']);
  });

  it('is suspected soon when it is stopped, and cleared as the same incarnation when it goes on', async () => {
    const sleeper = await stand.start({
      instance: 'sleeper',
      lease: { heartbeatMs: 1_000, leaseMs: 10_000 },
    });
    const stoppedAtMs = performance.now();
    sleeper.signal('SIGSTOP');
    await stand.until(() => lastChange('sleeper')?.status === 'suspect', 'sleeper is suspected');
    expect(performance.now() - stoppedAtMs).toBeLessThan(SHORT.heartbeatMs + 2_500);
    const continuedAtMs = performance.now();
    sleeper.signal('SIGCONT');
    await stand.until(() => lastChange('sleeper')?.status === 'up', 'sleeper is cleared');
    expect(performance.now() - continuedAtMs).toBeLessThan(1_500);
    expect(lastChange('sleeper')).toMatchObject({ incarnation: 1, verdict: { state: 'cleared' } });
    expect(sleeper.said.some(({ said }) => said === 'revived' || said === 'lost')).toBe(false);
  });

  it('comes back as the next incarnation when it was stopped for longer than its lease', async () => {
    const zombie = await stand.start({ instance: 'zombie' });
    zombie.signal('SIGSTOP');
    await stand.until(() => stand.statesOf('zombie').includes('expired'), 'zombie is expired');
    zombie.signal('SIGCONT');
    await expect(zombie.hears('revived')).resolves.toEqual({ said: 'revived', incarnation: 2 });
    await stand.until(() => lastChange('zombie')?.status === 'up', 'zombie is back');
    expect(stand.toldOf('zombie').at(-1)?.change.cause.reason).toBe('incarnation 1 was expired and is alive');
    await zombie.does({ do: 'update', update: { weight: 7 } });
    await stand.until(() => lastChange('zombie')?.weight === 7, 'the next incarnation speaks for itself');
    const subject = 'heartbeat.v1.default.orders.zombie.2';
    await stand.until(
      () => stand.beats.some((beat) => beat.subject === subject),
      'the next incarnation beats',
    );
  });
});
