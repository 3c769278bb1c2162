import { RollcallError } from '#contracts';
import type { Clock } from '#application';

/** Those who wait until the tables reflect a sequence. */
export class PositionWaiters {
  readonly #waiters = new Set<{ readonly sequence: number; readonly done: () => void }>();

  constructor(private readonly clock: Clock) {}

  /** @throws ROLLCALL_POSITION_NOT_REACHED */
  wait(sequence: number, timeoutMs: number, position: () => number): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(timeoutMs, () => {
        this.#waiters.delete(waiter);
        const at = position();
        const text = `the tables are at ${at} and did not reach ${sequence} in ${timeoutMs} ms`;
        reject(new RollcallError('ROLLCALL_POSITION_NOT_REACHED', text, { details: { position: at } }));
      });
      const waiter = { sequence, done: () => (cancel(), resolve()) };
      this.#waiters.add(waiter);
    });
  }

  reached(position: number): void {
    for (const waiter of this.#waiters) {
      if (waiter.sequence > position) continue;
      this.#waiters.delete(waiter);
      waiter.done();
    }
  }
}
