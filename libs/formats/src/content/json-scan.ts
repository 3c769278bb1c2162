import { quote } from '#contracts';
import { type Mistake, placeOf, pointerTo } from './place.js';

/** What a walk over a JSON text finds: where each value begins, or the first mistake. */
export interface JsonScan {
  /** Offset of each value by JSON pointer. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly mistake?: Mistake;
}

/** Walks over a JSON text (RFC 8259). Beyond JSON.parse it says where, and refuses a key that is given twice. */
export function scanJson(text: string, depthMax: number): JsonScan {
  const walk = new Walk(text, depthMax);
  try {
    walk.document();
    return { offsets: walk.offsets };
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    const { what, offset, pointer } = error;
    return { offsets: walk.offsets, mistake: { what, ...placeOf(text, offset), pointer } };
  }
}

/** Ends the walk at the first mistake. */
class Found extends Error {
  constructor(
    readonly what: string,
    readonly offset: number,
    readonly pointer: string,
  ) {
    super(what);
  }
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// oxlint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
// oxlint-disable-next-line no-control-regex
const STRING_START = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y;

class Walk {
  readonly offsets = new Map<string, number>();
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly depthMax: number,
  ) {}

  document(): void {
    this.#space();
    this.#value('', 0);
    if (this.#at < this.text.length) throw this.#expected('the end of the text', '');
  }

  #value(pointer: string, depth: number): void {
    this.offsets.set(pointer, this.#at);
    const next = this.text[this.#at];
    if ((next === '{' || next === '[') && depth >= this.depthMax) {
      throw new Found(`nested more than ${this.depthMax} levels deep`, this.#at, pointer);
    }
    if (next === '{') this.#object(pointer, depth + 1);
    else if (next === '[') this.#array(pointer, depth + 1);
    else if (next === '"') this.#string(pointer);
    else if (this.#take(NUMBER) === undefined && this.#take(WORD) === undefined)
      throw this.#expected('a value', pointer);
    this.#space();
  }

  #object(pointer: string, depth: number): void {
    const keys = new Set<string>();
    this.#skip();
    if (this.#takes('}')) return;
    for (;;) {
      const start = this.#at;
      if (this.text[start] !== '"') throw this.#expected('a key in double quotes', pointer);
      const key = JSON.parse(this.#string(pointer)) as string;
      const child = pointerTo(pointer, key);
      if (keys.has(key)) throw new Found(`the key ${quote(key)} is given twice`, start, child);
      keys.add(key);
      this.#space();
      if (!this.#takes(':')) throw this.#expected('":"', child);
      this.#value(child, depth);
      if (this.#takes('}')) return;
      if (!this.#takes(',')) throw this.#expected('"," or "}"', pointer);
    }
  }

  #array(pointer: string, depth: number): void {
    this.#skip();
    if (this.#takes(']')) return;
    for (let index = 0; ; index += 1) {
      this.#value(pointerTo(pointer, index), depth);
      if (this.#takes(']')) return;
      if (!this.#takes(',')) throw this.#expected('"," or "]"', pointer);
    }
  }

  #string(pointer: string): string {
    const start = this.#at;
    const whole = this.#take(STRING);
    if (whole !== undefined) return whole;
    this.#take(STRING_START);
    const isOpen = this.#at >= this.text.length || /[\n\r]/.test(this.text[this.#at] ?? '');
    if (isOpen) throw new Found('this text in quotes has no closing quote', start, pointer);
    throw this.#expected('a character JSON allows in quotes, or an escape such as \\n', pointer);
  }

  #expected(expected: string, pointer: string): Found {
    const next = this.text.codePointAt(this.#at);
    const found = next === undefined ? 'the end of the text' : quote(String.fromCodePoint(next));
    return new Found(`expected ${expected}, found ${found}`, this.#at, pointer);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [taken] = pattern.exec(this.text) ?? [];
    if (taken !== undefined) this.#at += taken.length;
    return taken;
  }

  #takes(symbol: string): boolean {
    if (this.text[this.#at] !== symbol) return false;
    this.#skip();
    return true;
  }

  /** One character, and the blanks behind it. */
  #skip(): void {
    this.#at += 1;
    this.#space();
  }

  #space(): void {
    this.#take(SPACE);
  }
}
