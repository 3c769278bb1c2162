import { describe, expect, it } from '@jest/globals';
import { drain, type DrainSteps } from './drain.js';

const steps: DrainSteps = {
  announce: () => Promise.resolve(7),
  reached: () => Promise.resolve(),
  callsInFlight: () => undefined,
};
const never = new Promise<never>(() => undefined);

async function timed(more: Partial<DrainSteps>, options: Parameters<typeof drain>[1]) {
  const sinceMs = performance.now();
  const drained = await drain({ ...steps, ...more }, options);
  return { drained, tookMs: performance.now() - sinceMs };
}

describe('draining', () => {
  it('waits for the view, then for as long as callers need to hear of it', async () => {
    const asked: number[] = [];
    const reached = async (sequence: number): Promise<void> => void asked.push(sequence);
    const { drained, tookMs } = await timed({ reached }, { settleMs: 60 });
    expect(drained).toEqual({ isAnnounced: true, isApplied: true, callsInFlight: undefined });
    expect(asked).toEqual([7]);
    expect(tookMs).toBeGreaterThanOrEqual(58);
  });

  it('waits for the requests being served', async () => {
    let calls = 2;
    const timer = setInterval(() => (calls = Math.max(0, calls - 1)), 40);
    const { drained } = await timed({ callsInFlight: () => calls }, { settleMs: 0 });
    clearInterval(timer);
    expect(drained.callsInFlight).toBe(0);
  });

  it('says so when the view does not show it, and goes on', async () => {
    const reached = (): Promise<void> => Promise.reject(new Error('no view'));
    const { drained } = await timed({ reached }, { settleMs: 10 });
    expect(drained).toMatchObject({ isAnnounced: true, isApplied: false });
  });

  it.each<[what: string, more: Partial<DrainSteps>, drained: object]>([
    ['the journal is silent', { announce: () => never }, { isAnnounced: false, isApplied: false }],
    ['the view is silent', { reached: () => never }, { isAnnounced: true, isApplied: false }],
    ['requests never end', { callsInFlight: () => 1 }, { isAnnounced: true, callsInFlight: 1 }],
  ])('takes no longer than it may when %s', async (_what, more, expected) => {
    const { drained, tookMs } = await timed(more, { settleMs: 20, timeoutMs: 100 });
    expect(drained).toMatchObject(expected);
    expect(tookMs).toBeLessThan(400);
  });

  it('gives up a journal that fails, at once', async () => {
    const announce = (): Promise<number> => Promise.reject(new Error('superseded'));
    const { drained, tookMs } = await timed({ announce }, {});
    expect(drained).toEqual({ isAnnounced: false, isApplied: false, callsInFlight: undefined });
    expect(tookMs).toBeLessThan(100);
  });
});
