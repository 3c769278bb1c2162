import { describe, expect, it } from '@jest/globals';
import { LoopLag } from './loop-lag.js';
import { Vitals } from './vitals.js';
import { TICK_MS, VitalsBoard } from './vitals-board.js';
import { VitalsReader } from './vitals-reader.js';

function holdUp(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe('the delays of an event loop', () => {
  it('grow while it does not turn, and are remembered once when it does', () => {
    const board = new VitalsBoard();
    const lag = new LoopLag(new VitalsBoard(board.shared));
    const window = lag.open();
    holdUp(TICK_MS + 60);
    const first = lag.nowMs;
    expect(first).toBeGreaterThanOrEqual(55);
    holdUp(30);
    expect(lag.nowMs).toBeGreaterThanOrEqual(first + 25);
    board.tick(0, undefined);
    expect(lag.nowMs).toBe(0);
    expect(window.take()).toBeGreaterThanOrEqual(85);
    expect(window.take()).toBe(0);
  });

  it('are told to everybody who asks, each since it asked last', () => {
    const board = new VitalsBoard();
    const lag = new LoopLag(board);
    const [often, seldom] = [lag.open(), lag.open()];
    holdUp(TICK_MS + 40);
    board.tick(0, undefined);
    expect(often.take()).toBeGreaterThanOrEqual(35);
    holdUp(TICK_MS + 20);
    board.tick(0, undefined);
    const later = often.take();
    expect(later).toBeGreaterThanOrEqual(15);
    expect(seldom.take()).toBeGreaterThanOrEqual(later);
  });
});

describe('what a process tells of itself', () => {
  it('is read through shared memory: position and requests being served, once somebody counts them', () => {
    const board = new VitalsBoard();
    const reader = new VitalsReader(new VitalsBoard(board.shared));
    board.tick(9_007_199_254_740_991, undefined);
    expect(reader.facts).toEqual({ position: Number.MAX_SAFE_INTEGER });
    board.tick(5, 0);
    reader.config = { config: { orders: 7 } };
    expect(reader.facts).toEqual({ position: 5, callsInFlight: 0, config: { orders: 7 } });
  });

  it('counts a request once, however often it is said to be over', () => {
    const vitals = new Vitals();
    expect(vitals.callsInFlight).toBeUndefined();
    const [first, second] = [vitals.callStarted(), vitals.callStarted()];
    first();
    first();
    expect(vitals.callsInFlight).toBe(1);
    second();
    expect(vitals.callsInFlight).toBe(0);
  });

  it('tells the configuration of so many applications as fit into a beat', () => {
    const told: object[] = [];
    const vitals = new Vitals((config) => told.push(config));
    for (let number = 0; number < 40; number += 1) vitals.configApplied(`application-${number}`, number);
    vitals.configApplied('application-0', 99);
    expect(told).toHaveLength(33);
    expect(Object.keys(vitals.config)).toHaveLength(32);
    expect(vitals.config['application-0']).toBe(99);
  });

  it('tells the newest config values it would not take, as far as they fit into a beat', () => {
    const told: object[] = [];
    const vitals = new Vitals((config) => told.push(config));
    const rejected = Array.from({ length: 9 }, (_, revision) => ({
      key: 'K',
      revision,
      reason: 'x'.repeat(500),
    }));
    vitals.configApplied('orders', 9, rejected);
    vitals.configApplied('orders', 10);
    expect(told).toEqual([
      {
        config: { orders: 9 },
        configRejected: [8, 7, 6, 5].map((revision) =>
          expect.objectContaining({ application: 'orders', revision }),
        ),
      },
      { config: { orders: 10 } },
    ]);
    expect(Buffer.byteLength(JSON.stringify(told[0]))).toBeLessThan(1_200);
  });
});
