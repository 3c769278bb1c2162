/** How far apart two moments may lie and still be one day of the calendar. */
const DAY_MS = 250;

/**
 * Who is to be looked at when: a timing wheel (Varghese and Lauck, 1987) without a fixed circumference. Nothing is
 * moved when somebody beats. A look that comes too early finds that out, and makes the next appointment: so a look
 * costs once per heartbeat's life, however often there is a beat, and the looks of many are spread over time.
 */
export class Calendar<Entry> {
  readonly #days = new Map<number, Map<string, Entry>>();
  /** The day of each key that has an appointment. */
  readonly #dayOf = new Map<string, number>();
  #nextDay = -Infinity;

  /** A second appointment takes the place of the first if it is earlier, and is none if it is later. */
  note(key: string, entry: Entry, atMs: number): void {
    // What was due is looked at next, not never.
    const day = Math.max(Math.ceil(atMs / DAY_MS), this.#nextDay);
    const known = this.#dayOf.get(key);
    if (known !== undefined && known <= day) return;
    if (known !== undefined) this.#days.get(known)?.delete(key);
    this.#dayOf.set(key, day);
    const others = this.#days.get(day);
    if (others === undefined) this.#days.set(day, new Map([[key, entry]]));
    else others.set(key, entry);
  }

  /** All that is due by then; they have no appointment any more. */
  take(nowMs: number): Entry[] {
    const today = Math.floor(nowMs / DAY_MS);
    const due: Entry[] = [];
    for (const [day, entries] of this.#days) {
      if (day > today) continue;
      this.#days.delete(day);
      for (const [key, entry] of entries) {
        this.#dayOf.delete(key);
        due.push(entry);
      }
    }
    this.#nextDay = today + 1;
    return due;
  }
}
