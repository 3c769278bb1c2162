import { inspect } from 'node:util';

const MASK = '[secret]';

/**
 * A secret in memory. However it is printed, logged, joined to a text or turned into JSON, it says `[secret]`; only
 * `reveal()` tells it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself: hand it to what needs it, and nothing else. */
  reveal(): string {
    return this.#value;
  }

  /** Whether two secrets are the same, without showing either. */
  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
