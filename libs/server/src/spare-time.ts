import type { Projection } from '#jetstream';

/**
 * Work behind the journal's back gives way to the projection, because both read the same events on one thread. It is
 * put off for so many ticks at most: under a load that never ends it must be done all the same.
 */
export class SpareTime {
  #putOff = 0;

  constructor(
    private readonly projector: Projection['projector'],
    private readonly putOffMax: number,
  ) {}

  /** Asked once a tick: whether this is a moment for it. Only where the projector leads. */
  isNow(): boolean {
    if (!this.projector.isLeading) return false;
    if (this.projector.isBusy && this.#putOff < this.putOffMax) {
      this.#putOff += 1;
      return false;
    }
    this.#putOff = 0;
    return true;
  }
}
