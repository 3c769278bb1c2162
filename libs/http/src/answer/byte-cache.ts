import type { ServiceSum } from '#contracts';
import { compressNow, isWorthwhile } from './compression.js';

/** An answer as bytes, as often as it is asked for. */
export class CachedAnswer {
  readonly bytes: Buffer;
  #gzipped: Buffer | undefined;

  constructor(
    readonly stamp: ServiceSum,
    readonly etag: string,
    readonly text: string,
  ) {
    this.bytes = Buffer.from(text);
  }

  /** The same, compressed once; undefined when that is not worth it. */
  gzipped(): Buffer | undefined {
    if (!isWorthwhile(this.bytes.length)) return undefined;
    this.#gzipped ??= compressNow(this.bytes);
    return this.#gzipped;
  }

  /** What it may cost, as text, as bytes and compressed. */
  get size(): number {
    return 3 * this.bytes.length;
  }
}

const BYTES_MAX = 64 * 1024 * 1024;

/** Answers everybody gets alike, by service; each is made again when anything in its service has changed. */
export class ByteCache {
  readonly #answers = new Map<string, CachedAnswer>();
  #bytes = 0;

  get(key: string, stamp: ServiceSum): CachedAnswer | undefined {
    const held = this.#answers.get(key);
    return held !== undefined && held.stamp === stamp ? held : undefined;
  }

  put(key: string, answer: CachedAnswer): void {
    this.#bytes += answer.size - (this.#answers.get(key)?.size ?? 0);
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    for (const [oldest, { size }] of this.#answers) {
      if (this.#bytes <= BYTES_MAX) return;
      this.#answers.delete(oldest);
      this.#bytes -= size;
    }
  }
}
