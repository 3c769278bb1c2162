import { limits, RollcallError } from '#contracts';

/** Lets a few in at a time; the others wait in line, and when the line is long they are sent away at once. */
export class Gate {
  #inside = 0;
  readonly #line: (() => void)[] = [];

  constructor(
    private readonly insideMax: number = limits.historyReadsMax,
    private readonly waitingMax: number = limits.historyReadsWaitingMax,
  ) {}

  /** @throws ROLLCALL_HISTORY_BUSY, and whatever the work throws */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#inside >= this.insideMax) await this.#wait();
    else this.#inside += 1;
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      // The place is handed over, so that nobody slips in between.
      if (next === undefined) this.#inside -= 1;
      else next();
    }
  }

  #wait(): Promise<void> {
    if (this.#line.length >= this.waitingMax) {
      throw new RollcallError(
        'ROLLCALL_HISTORY_BUSY',
        `${this.#inside} questions about the past are being answered and ${this.#line.length} wait`,
      );
    }
    return new Promise((resolve) => this.#line.push(resolve));
  }
}
