/** Thrown out of a start that was interrupted. */
export class Interrupted extends Error {}

/** What has been started, and the wish to end it. Things end in the opposite order of their start. */
export class Shutdown {
  readonly #steps: (() => Promise<void>)[] = [];
  #isRequested = false;
  #request: () => void = () => undefined;
  readonly requested = new Promise<void>((resolve) => {
    this.#request = () => {
      this.#isRequested = true;
      resolve();
    };
  });

  get isRequested(): boolean {
    return this.#isRequested;
  }

  request(): void {
    this.#request();
  }

  /** Remembers how to end something that has just been started. */
  onEnd(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Waits for `work`, but no longer than until the end is wished for. */
  async unlessRequested<T>(work: Promise<T>): Promise<T> {
    const interrupted = this.requested.then(() => {
      throw new Interrupted();
    });
    return Promise.race([work, interrupted]);
  }

  /** Ends everything. One thing that fails to end does not keep the others. */
  async run(tell: (error: unknown) => void): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) await step().catch(tell);
  }
}
