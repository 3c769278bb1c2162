import type { ConfigRejection } from '#contracts';
import type { ConfigChange, ConfigUpdate } from './events.js';

export interface ConfigListenersParts {
  readonly onRejected: ((rejections: readonly ConfigRejection[]) => void) | undefined;
  readonly onTrouble: (error: Error) => void;
}

/** Who in this process is told of the config's changes. A listener's mistake stops neither the others nor the following. */
export class ConfigListeners {
  readonly #parts: ConfigListenersParts;
  readonly #listeners = new Set<(update: ConfigUpdate) => void>();
  #rejectedText = '[]';

  constructor(parts: ConfigListenersParts) {
    this.#parts = parts;
  }

  /** Returns a function that ends it. The same handler may be added twice. */
  add(handler: (update: ConfigUpdate) => void): () => void {
    const listener = (update: ConfigUpdate): void => handler(update);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tellChanges(changes: readonly ConfigChange[], revision: number): void {
    if (changes.length === 0) return;
    for (const listener of this.#listeners) this.#call(() => listener({ changes, revision }));
  }

  /** Tells of the refused values when they are others than before. */
  tellRejections(rejections: readonly ConfigRejection[]): void {
    const text = JSON.stringify(rejections);
    if (text === this.#rejectedText) return;
    this.#rejectedText = text;
    this.#call(() => this.#parts.onRejected?.(rejections));
  }

  clear(): void {
    this.#listeners.clear();
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#parts.onTrouble(error as Error);
    }
  }
}
