const LENGTH_MAX = 256;
/** Of a shorter text that came out of JSON, V8 itself keeps one copy. */
const LENGTH_MIN = 11;

/**
 * Equal texts, kept once: thousands of records say the same image, owner and dashboard, and each would keep copies of
 * its own. A bounded memory of what was said, like that of parsed keys.
 */
export class SharedTexts {
  readonly #texts = new Map<string, string>();

  /** @param countMax most texts that are remembered */
  constructor(private readonly countMax: number) {}

  get size(): number {
    return this.#texts.size;
  }

  /** The text, or an equal one from before. Not for a part of a longer text, which would be kept with it. */
  share(text: string): string {
    if (text.length < LENGTH_MIN || text.length > LENGTH_MAX) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    // What is said often is soon here again.
    if (this.#texts.size >= this.countMax) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}

/** 16,384 texts of at most 256 characters: 4 MB, and in practice less than one. */
const texts = new SharedTexts(16_384);

/** For what is kept long and often said again. See `SharedTexts`. */
export function sharedText(text: string): string {
  return texts.share(text);
}
