import type { Clock, Log } from '#application';

/** Between two lines while tables are built. */
const TELL_APART_MS = 2_000;
/** Who has less to catch up with than this says nothing. */
const WORTH_TELLING = 10_000;

/** Tells operators how far tables have come that have a long way to go. */
export class ProgressLog {
  readonly #startedAtMs: number;
  #toldAtMs: number;
  #events = 0;
  #isOver = false;

  /** @param goal the end of the journal when the tables were opened */
  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly goal: number,
  ) {
    this.#startedAtMs = clock.monotonicMs();
    this.#toldAtMs = this.#startedAtMs;
  }

  at(position: number, events: number): void {
    if (this.#isOver) return;
    this.#events += events;
    const nowMs = this.clock.monotonicMs();
    const seconds = (nowMs - this.#startedAtMs) / 1_000;
    if (position >= this.goal) {
      this.#isOver = true;
      if (this.#events < WORTH_TELLING) return;
      const tookS = Number(seconds.toFixed(1));
      this.log.info('the SQL tables have caught up', { position, events: this.#events, tookS });
    } else if (nowMs - this.#toldAtMs >= TELL_APART_MS) {
      this.#toldAtMs = nowMs;
      const percent = Math.floor((position / this.goal) * 100);
      const eventsPerS = Math.round(this.#events / seconds);
      this.log.info('building the SQL tables', { percent, position, of: this.goal, eventsPerS });
    }
  }
}
