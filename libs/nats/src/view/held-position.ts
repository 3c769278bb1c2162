import { limits, type PositionRecord, RollcallError } from '#contracts';

/** How far the view has come that is held in memory, and who waits for it to come further. */
export class HeldPosition {
  readonly #waiters = new Set<{ readonly sequence: number; readonly done: () => void }>();
  #record: Pick<PositionRecord, 'position' | 'quarantined'> & { readonly at?: string } = {
    position: 0,
    quarantined: 0,
  };
  /** Of the view that is held; undefined before there is any. */
  #epoch: number | undefined;
  #heardAtMs = 0;

  /** Journal sequence everything held reflects. */
  get sequence(): number {
    return this.#record.position;
  }

  /** Broker time of the event at that position. */
  get at(): string | undefined {
    return this.#record.at;
  }

  /** Events set aside by then. */
  get quarantined(): number {
    return this.#record.quarantined;
  }

  /** Time since the view was last heard of, in ms. */
  get staleMs(): number {
    return this.#heardAtMs === 0 ? Infinity : performance.now() - this.#heardAtMs;
  }

  /** Something of the view has arrived. */
  hear(): void {
    this.#heardAtMs = performance.now();
  }

  /** Whether a record is of a view that was made anew since. */
  isOfAnotherEpoch(record: PositionRecord | undefined): boolean {
    return record !== undefined && this.#epoch !== undefined && epochOf(record) !== this.#epoch;
  }

  /** What is held was loaded from the bucket, with this record: from now on it is of that epoch. */
  enter(record: PositionRecord): void {
    this.#epoch = epochOf(record);
  }

  advance({ position, at, quarantined }: PositionRecord): void {
    this.#record = { position, at, quarantined };
    this.hear();
    for (const waiter of this.#waiters) {
      if (waiter.sequence > position) continue;
      this.#waiters.delete(waiter);
      waiter.done();
    }
  }

  /** Resolves when the view reflects the sequence. @throws ROLLCALL_POSITION_NOT_REACHED */
  async reached(sequence: number, timeoutMs: number = limits.atLeastWaitMsMax): Promise<void> {
    if (this.sequence >= sequence) return;
    await new Promise<void>((resolve, reject) => {
      const waiter = { sequence, done: () => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(this.#notReached(sequence, timeoutMs));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  #notReached(sequence: number, timeoutMs: number): RollcallError {
    const text = `the view is at ${this.sequence} and did not reach ${sequence} in ${timeoutMs} ms`;
    return new RollcallError('ROLLCALL_POSITION_NOT_REACHED', text, { details: { position: this.sequence } });
  }
}

/** How often the view was made anew. */
function epochOf({ epoch }: PositionRecord): number {
  return epoch ?? 0;
}
