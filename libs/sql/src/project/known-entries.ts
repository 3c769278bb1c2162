import { limits } from '#contracts';
import type { ViewEntry } from '#domain';

/** Entries as the tables hold them, the lately used ones: most events are about instances of a moment ago. */
export class KnownEntries {
  readonly #entries = new Map<string, ViewEntry | undefined>();

  constructor(private readonly countMax: number = limits.sqlCacheMax) {}

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Undefined when the tables hold none. Asked only for keys that are known. */
  get(key: string): ViewEntry | undefined {
    return this.#entries.get(key);
  }

  set(key: string, entry: ViewEntry | undefined): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  /** Forgets the ones longest unused. */
  trim(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.countMax) return;
      this.#entries.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
  }
}
