import { describe, expect, it } from '@jest/globals';
import { BrokerClock } from './broker-clock.js';

describe('the broker clock', () => {
  let monotonicMs = 0;
  const open = (): BrokerClock =>
    new BrokerClock({ monotonicMs: () => monotonicMs, after: () => () => undefined });
  const hear = (clock: BrokerClock, forMs: number, brokerMs: (monotonicMs: number) => number): void => {
    const endMs = monotonicMs + forMs;
    for (; monotonicMs < endMs; monotonicMs += 1_000) clock.observe(brokerMs(monotonicMs));
  };

  it('knows nothing before the broker has spoken', () => {
    expect(open().nowMs()).toBeUndefined();
  });

  it('is not turned back by late messages, however many come in a burst', () => {
    const clock = open();
    hear(clock, 300_000, (ms) => 1_000_000 + ms);
    for (let index = 0; index < 100; index += 1) clock.observe(1_000);
    expect(clock.nowMs()).toBe(1_000_000 + monotonicMs);
  });

  it('does not run ahead of a broker whose clock is slower than ours', () => {
    const clock = open();
    const brokerMs = (ms: number): number => 1_000_000 + ms * 0.999;
    hear(clock, 3_600_000, brokerMs);
    expect((clock.nowMs() as number) - brokerMs(monotonicMs)).toBeLessThan(150);
  });

  it('follows a cluster to a leader whose clock is behind', () => {
    const clock = open();
    hear(clock, 120_000, (ms) => 1_000_000 + ms);
    hear(clock, 180_000, (ms) => 990_000 + ms);
    expect(clock.nowMs()).toBe(990_000 + monotonicMs);
  });
});
