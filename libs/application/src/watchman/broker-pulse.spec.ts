import { describe, expect, it } from '@jest/globals';
import { BrokerPulse } from './broker-pulse.js';

function feeling() {
  const at = { ms: 0 };
  const answers: { come: () => void; fail: () => void }[] = [];
  const stills: number[] = [];
  const ping = (): Promise<void> =>
    new Promise((resolve, reject) => answers.push({ come: resolve, fail: () => reject(new Error('lost')) }));
  const clock = { monotonicMs: () => at.ms, after: () => () => undefined };
  return { at, answers, stills, pulse: new BrokerPulse(clock, ping, (forMs) => stills.push(forMs)) };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the pulse of the broker', () => {
  it('is felt once at a time, and says nothing while answers come soon', async () => {
    const { at, answers, stills, pulse } = feeling();
    pulse.feel();
    at.ms = 200;
    pulse.feel();
    expect(answers).toHaveLength(1);
    expect(pulse.isStill).toBe(false);
    answers[0]?.come();
    await settled();
    pulse.feel();
    expect(answers).toHaveLength(2);
    expect(stills).toEqual([]);
  });

  it('tells a standstill while it lasts, and how long it was', async () => {
    const { at, answers, stills, pulse } = feeling();
    pulse.feel();
    at.ms = 5_000;
    expect(pulse.isStill).toBe(true);
    expect(stills).toEqual([]);
    answers[0]?.come();
    await settled();
    expect(pulse.isStill).toBe(false);
    expect(stills).toEqual([5_000]);
  });

  it('goes on when a question was lost with its connection', async () => {
    const { answers, pulse } = feeling();
    pulse.feel();
    answers[0]?.fail();
    await settled();
    pulse.feel();
    expect(answers).toHaveLength(2);
  });
});
