interface Sent {
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

/** More than a projector has under way. */
const SENT_MAX = 1_024;

/**
 * What this process has sent and will hear again, as the value it was made from. What comes back byte for byte as it was
 * sent needs no parsing; anything else, from whomever it is, is read as ever.
 */
export class Echoes {
  /** By key, the newest of each, in the order sent. */
  readonly #sent = new Map<string, Sent>();

  sent(key: string, bytes: Uint8Array, value: unknown): void {
    this.#sent.delete(key);
    this.#sent.set(key, { bytes, value });
    if (this.#sent.size <= SENT_MAX) return;
    // What is not heard was lost on the way, or is read by nobody here.
    for (const oldest of this.#sent.keys()) {
      this.#sent.delete(oldest);
      return;
    }
  }

  /** The value whose bytes these are, once. */
  heard(key: string, bytes: Uint8Array): unknown {
    const sent = this.#sent.get(key);
    if (sent === undefined || Buffer.compare(sent.bytes, bytes) !== 0) return undefined;
    this.#sent.delete(key);
    return sent.value;
  }
}
