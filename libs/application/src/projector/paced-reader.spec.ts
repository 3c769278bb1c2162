import { describe, expect, it } from '@jest/globals';
import { limits, type RawEvent } from '#contracts';
import type { Clock } from '../ports/clock.js';
import type { Journal } from '../ports/journal.js';
import { PacedReader } from './paced-reader.js';

/** A journal that hands over everything it has while it is being opened, as a broker nearby does. */
class Endless {
  opened: number[] = [];
  closed = 0;
  onEvent: (event: RawEvent) => void = () => undefined;

  readonly journal = {
    follow: (fromSequence: number, onEvent: (event: RawEvent) => void) => {
      this.opened.push(fromSequence);
      this.onEvent = onEvent;
      for (let sequence = fromSequence; sequence < fromSequence + 2 * limits.projectorReadMax; sequence += 1)
        onEvent({ sequence } as RawEvent);
      return Promise.resolve({ close: () => (this.closed += 1) });
    },
  } as unknown as Journal;
}

function stage() {
  const source = new Endless();
  const seen: number[] = [];
  let backlog = 0;
  let go: () => void = () => undefined;
  const clock: Clock = { monotonicMs: () => 0, after: (_delayMs, call) => ((go = call), () => undefined) };
  const reader = new PacedReader({
    journal: source.journal,
    clock,
    onEvent: ({ sequence }) => seen.push(sequence),
    backlog: () => backlog,
    onFailed: (error) => {
      throw error;
    },
  });
  return { source, seen, reader, after: () => go(), wait: (writes: number) => (backlog = writes) };
}

describe('reading a long journal', () => {
  it('pauses after a portion, closes the reader, and goes on behind it', async () => {
    const { source, seen, reader, after } = stage();
    await reader.start(5);
    expect(seen).toHaveLength(limits.projectorReadMax);
    expect(source.closed).toBe(1);
    after();
    await Promise.resolve();
    expect(source.opened).toEqual([5, 5 + limits.projectorReadMax]);
    expect(seen).toEqual(Array.from({ length: 2 * limits.projectorReadMax }, (_, index) => 5 + index));
  });

  it('does not go on while too much waits for the broker', async () => {
    const { source, reader, after, wait } = stage();
    await reader.start(1);
    wait(limits.projectorBacklogMax);
    after();
    expect(source.opened).toEqual([1]);
    wait(limits.projectorBacklogMax - 1);
    after();
    expect(source.opened).toHaveLength(2);
  });

  it('takes nothing after it was closed, and opens nothing', async () => {
    const { source, seen, reader, after } = stage();
    await reader.start(1);
    const count = seen.length;
    reader.close();
    after();
    source.onEvent({ sequence: 1e6 } as RawEvent);
    expect(seen).toHaveLength(count);
    expect(source.opened).toEqual([1]);
  });
});
