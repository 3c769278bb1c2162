const signals = ['SIGTERM', 'SIGINT'] as const;

/**
 * Stands in for Nest's shutdown hooks in an app that did not enable them: a module has no way to enable them
 * itself. Listens only to signals nobody else listens to.
 */
export class OwnSignals {
  #listeners: [NodeJS.Signals, () => void][] = [];

  /** Signals it listens to from now on. */
  listen(farewell: (signal: NodeJS.Signals) => Promise<void>): NodeJS.Signals[] {
    const unheard = signals.filter((signal) => process.listenerCount(signal) === 0);
    this.#listeners = unheard.map((signal) => {
      const listener = (): void => void this.#end(signal, farewell);
      process.once(signal, listener);
      return [signal, listener];
    });
    return unheard;
  }

  stop(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
    this.#listeners = [];
  }

  /** Says good-bye, then lets the signal do what it does without a listener: end the process. */
  async #end(signal: NodeJS.Signals, farewell: (signal: NodeJS.Signals) => Promise<void>): Promise<void> {
    this.stop();
    await farewell(signal).catch(() => undefined);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }
}
