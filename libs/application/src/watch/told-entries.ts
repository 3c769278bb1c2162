import { limits } from '#contracts';
import type { ViewEntry } from '#domain';
import type { ToldRecord } from './watch-event.js';

/**
 * What is there, as watchers who have just come are told it: one record for each state of an instance, however many
 * are told. When a node is lost, thousands come at once.
 */
export class ToldEntries {
  readonly #records = new Map<ViewEntry, ToldRecord>();

  /** @param countMax newest records that are kept */
  constructor(private readonly countMax: number = limits.watchReplayMax) {}

  added(entry: ViewEntry): ToldRecord {
    const known = this.#records.get(entry);
    if (known !== undefined) return known;
    const record: ToldRecord = { ...entry, change: 'added', changed: [] };
    this.#records.set(entry, record);
    if (this.#records.size > this.countMax) {
      const [oldest] = this.#records.keys();
      this.#records.delete(oldest as ViewEntry);
    }
    return record;
  }
}
