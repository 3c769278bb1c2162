import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { KEY_ID_PATTERN, limits, quote, RollcallError } from '#contracts';

const KEY_BYTES = 32;

interface RingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * The keys secrets are sealed with, by id. The first seals; all open. As text: a line `<id>:<32 bytes in base64>`
 * each (or several with commas between them), lines that begin with `#` are remarks.
 */
export class KeyRing {
  readonly #keys: readonly RingKey[];

  private constructor(keys: readonly RingKey[]) {
    this.#keys = keys;
  }

  /**
   * @param source where the text comes from, for the message; the text itself is never shown
   * @throws ROLLCALL_KEY_RING_INVALID
   */
  static parse(text: string, source: string): KeyRing {
    const keys: RingKey[] = [];
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (/^\s*(#|$)/.test(line)) continue;
      for (const entry of line.split(',')) {
        const key = parseEntry(entry.trim(), (what) => invalid(source, index + 1, what));
        if (keys.some(({ id }) => id === key.id))
          throw invalid(source, index + 1, `the id ${quote(key.id)} is given twice`);
        keys.push(key);
      }
    }
    if (keys.length === 0) throw invalid(source, 1, 'there is no key');
    if (keys.length > limits.ringKeysMax)
      throw invalid(source, 1, `there are ${keys.length} keys; at most ${limits.ringKeysMax} are allowed`);
    return new KeyRing(keys);
  }

  /** A ring with one new key. */
  static create(id: string): KeyRing {
    return new KeyRing([newKey(id)]);
  }

  /** Id of the key that seals. */
  get activeId(): string {
    return (this.#keys[0] as RingKey).id;
  }

  get ids(): readonly string[] {
    return this.#keys.map(({ id }) => id);
  }

  /** The key behind an id. */
  find(id: string): KeyObject | undefined {
    return this.#keys.find((key) => key.id === id)?.key;
  }

  /** The ring with a new key in front, which seals from now on. @throws ROLLCALL_KEY_RING_INVALID */
  rotated(id: string): KeyRing {
    if (this.find(id) !== undefined) throw invalid('the ring', 1, `the id ${quote(id)} is taken`);
    return new KeyRing([newKey(id), ...this.#keys]);
  }

  /** The ring without a key that nothing is sealed with any more. @throws ROLLCALL_KEY_RING_INVALID */
  without(id: string): KeyRing {
    if (this.find(id) === undefined)
      throw invalid('the ring', 1, `there is no key ${quote(id)}, only ${this.ids.join(', ')}`);
    if (id === this.activeId) throw invalid('the ring', 1, `the key ${quote(id)} seals; rotate first`);
    return new KeyRing(this.#keys.filter((key) => key.id !== id));
  }

  /** The keys themselves, as text. For the file that holds them, and nothing else. */
  reveal(): string {
    return this.#keys.map(({ id, key }) => `${id}:${key.export().toString('base64')}\n`).join('');
  }

  toString(): string {
    return `[key ring ${this.ids.join(', ')}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function parseEntry(entry: string, invalid: (what: string) => RollcallError): RingKey {
  const colon = entry.indexOf(':');
  if (colon === -1) throw invalid('expected "<id>:<key in base64>"');
  const id = entry.slice(0, colon);
  if (!KEY_ID_PATTERN.test(id)) throw invalid('an id is 1 to 64 of A-Z a-z 0-9 _ -');
  const encoded = entry.slice(colon + 1);
  const bytes = Buffer.from(encoded, 'base64');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded) || bytes.length !== KEY_BYTES) {
    throw invalid(`what stands behind the colon is not ${KEY_BYTES} bytes in base64`);
  }
  return { id, key: createSecretKey(bytes) };
}

function newKey(id: string): RingKey {
  if (!KEY_ID_PATTERN.test(id))
    throw invalid('the ring', 1, `the id ${quote(id)} is not 1 to 64 of A-Z a-z 0-9 _ -`);
  return { id, key: createSecretKey(randomBytes(KEY_BYTES)) };
}

/** Never quotes a line: it may hold a key. */
function invalid(source: string, line: number, what: string): RollcallError {
  return new RollcallError('ROLLCALL_KEY_RING_INVALID', `${source}, line ${line}: ${what}`);
}
