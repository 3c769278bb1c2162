const LENGTH_MAX = 256;
/** Of a shorter text that came out of JSON, V8 itself keeps one copy; a shorter part of a text it copies. */
const LENGTH_MIN = 11;

/**
 * Equal texts, kept once: thousands of records say the same image, owner and dashboard, and each would keep copies of
 * its own. A bounded memory of what was said, like that of parsed keys.
 */
export class SharedTexts {
  readonly #texts = new Map<string, string>();
  readonly #copy: (text: string) => string;

  /**
   * @param countMax most texts that are remembered
   * @param copy for parts of longer texts, which would be kept with them: made of a text the first time it is said
   */
  constructor(
    private readonly countMax: number,
    copy: (text: string) => string = (text) => text,
  ) {
    this.#copy = copy;
  }

  get size(): number {
    return this.#texts.size;
  }

  /** The text, or an equal one from before. One that is too long to be remembered is only copied. */
  share(text: string): string {
    if (text.length < LENGTH_MIN) return text;
    if (text.length > LENGTH_MAX) return this.#copy(text);
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const own = this.#copy(text);
    // What is said often is soon here again.
    if (this.#texts.size >= this.countMax) this.#texts.clear();
    this.#texts.set(own, own);
    return own;
  }
}

/** 16,384 texts of at most 256 characters of one or two bytes: 8 MB at worst, and in practice less than one. */
const texts = new SharedTexts(16_384);

/** For what is kept long and often said again, and is no part of a longer text. See `SharedTexts`. */
export function sharedText(text: string): string {
  return texts.share(text);
}
