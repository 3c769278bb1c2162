import { CONFIG_KEY_PATTERN, type ContentType, contentTypes, quote } from '#contracts';
import { contentMistake } from '../content/content.js';
import type { Mistake, Place } from '../content/place.js';
import { type DocumentEntry, MISTAKES_MAX, type ParsedDocument } from './document.js';

/** Gathers the keys of a file and checks each; what is wrong is remembered with its place. */
export class Collector {
  readonly #entries = new Map<string, DocumentEntry>();
  readonly #mistakes: Mistake[] = [];

  /** True when so much is wrong that reading on helps nobody. */
  get isFull(): boolean {
    return this.#mistakes.length >= MISTAKES_MAX;
  }

  mistake(place: Place, what: string): void {
    if (!this.isFull) this.#mistakes.push({ line: place.line, column: place.column, what });
  }

  /** Takes one key; `contentType` is what the file says, if it says anything. */
  add(place: Place, key: string, value: string, contentType?: ContentType): void {
    const earlier = this.#entries.get(key);
    if (!CONFIG_KEY_PATTERN.test(key)) {
      this.mistake(place, `${quote(key)} is not a config key; allowed are 1 to 128 of A-Z a-z 0-9 _ . -`);
    } else if (earlier !== undefined) {
      this.mistake(place, `the key ${quote(key)} is given twice, first in line ${earlier.line}`);
    } else {
      this.#check(place, key, value, contentType);
      this.#entries.set(key, { key, value, ...(contentType && { contentType }), line: place.line });
    }
  }

  parsed(): ParsedDocument {
    return {
      entries: this.#mistakes.length === 0 ? [...this.#entries.values()] : [],
      mistakes: this.#mistakes,
    };
  }

  /** A secret may still be open in a file; whoever imports it seals it. */
  #check(place: Place, key: string, value: string, contentType: ContentType = 'text'): void {
    const mistake = contentMistake(contentType === 'secret' ? 'text' : contentType, value);
    if (mistake === undefined) return;
    const inside = value.includes('\n') ? `line ${mistake.line} of it, column ${mistake.column}: ` : '';
    this.mistake(place, `${key} is no ${contentType}: ${inside}${mistake.what}`);
  }
}

/** `@type json` in a comment above a key says what its value is written in. */
const TYPE_COMMENT = /^[#!]\s*@type\s+(\S+)\s*$/;

/** The content type a comment announces; undefined when it is any other comment. */
export function announcedType(collector: Collector, comment: string, place: Place): ContentType | undefined {
  const [, word] = TYPE_COMMENT.exec(comment.trim()) ?? [];
  if (word === undefined) return undefined;
  if (isContentType(word)) return word;
  collector.mistake(place, `type ${quote(word)} is not one of ${contentTypes.join(', ')}`);
  return undefined;
}

export function isContentType(word: unknown): word is ContentType {
  return (contentTypes as readonly unknown[]).includes(word);
}
