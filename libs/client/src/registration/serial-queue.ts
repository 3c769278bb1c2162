/** Runs asynchronous steps one after the other, in the order they were handed in. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  run<Result>(step: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(step, step);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
