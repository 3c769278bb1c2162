import { type LastGood, writeLastGood } from './last-good.js';

/** Changes within this time are written together. */
const TOGETHER_MS = 100;

/** Keeps the file of the last good config up to date, one write at a time. */
export class LastGoodKeeper {
  #isPlanned = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly snapshot: () => LastGood,
    private readonly onTrouble: (error: Error) => void,
  ) {}

  changed(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setTimeout(() => {
      this.#isPlanned = false;
      const lastGood = this.snapshot();
      this.#writing = this.#writing.then(() => writeLastGood(this.path, lastGood)).catch(this.onTrouble);
    }, TOGETHER_MS);
  }
}
