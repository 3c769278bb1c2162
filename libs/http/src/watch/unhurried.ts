import { limits } from '#contracts';

/** Something that has words to send, and no hurry. */
export interface Unhurried {
  flush(): void;
}

const LOOK_MS = 50;

/**
 * Sends what may wait, once it has waited. Places to come back to are due after every change; most of them travel
 * with the next change and cost nothing. They become due one after the other, never all in one instant.
 */
export class UnhurriedFlush {
  /** In the order in which they become due. */
  readonly #dueAtMs = new Map<Unhurried, number>();
  readonly #timer = setInterval(() => this.#look(performance.now()), LOOK_MS).unref();

  add(sink: Unhurried): void {
    if (!this.#dueAtMs.has(sink)) this.#dueAtMs.set(sink, performance.now() + limits.watchPositionMs);
  }

  remove(sink: Unhurried): void {
    this.#dueAtMs.delete(sink);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(nowMs: number): void {
    for (const [sink, dueAtMs] of this.#dueAtMs) {
      if (dueAtMs > nowMs) return;
      this.#dueAtMs.delete(sink);
      sink.flush();
    }
  }
}
