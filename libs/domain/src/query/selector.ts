import { limits, METADATA_KEY_PATTERN } from '#contracts';
import { mistake } from './mistake.js';

/** One requirement on the metadata, in the sense Kubernetes gives it. */
export type Requirement =
  | { readonly key: string; readonly operator: 'exists' | 'absent' }
  /** `notin` also holds when the key is absent. */
  | { readonly key: string; readonly operator: 'in' | 'notin'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'above' | 'below'; readonly bound: number };

const KEY_CHARACTERS = /[A-Za-z0-9_./-]/;
/** What ends a value that is not quoted. */
const DELIMITERS = /[\s,()=!<>"]/;

/**
 * Reads a label selector: `team in (a,b),tier!=test,!legacy,partition>3`. Every requirement must hold.
 * Beyond Kubernetes a value may stand in double quotes, because metadata values may hold any text.
 * @throws ROLLCALL_FILTER_INVALID naming the character
 */
export function parseSelector(text: string, parameter = 'selector'): Requirement[] {
  const scan = new Scanner(text, parameter);
  const requirements: Requirement[] = [];
  do {
    if (requirements.length >= limits.queryTermsMax) {
      throw scan.mistake(`its end: at most ${limits.queryTermsMax} requirements are allowed`);
    }
    requirements.push(readRequirement(scan));
  } while (scan.take(','));
  if (!scan.isAtEnd) throw scan.mistake('"," or the end');
  return requirements;
}

export function meetsRequirement(
  metadata: Readonly<Record<string, string>>,
  requirement: Requirement,
): boolean {
  const value = Object.hasOwn(metadata, requirement.key) ? metadata[requirement.key] : undefined;
  const { operator } = requirement;
  if ('bound' in requirement) {
    if (!isWholeNumber(value)) return false;
    return operator === 'above' ? Number(value) > requirement.bound : Number(value) < requirement.bound;
  }
  if ('values' in requirement) {
    const isListed = value !== undefined && requirement.values.includes(value);
    return isListed === (operator === 'in');
  }
  return (value !== undefined) === (operator === 'exists');
}

function isWholeNumber(value: string | undefined): boolean {
  return value !== undefined && /^-?\d{1,15}$/.test(value);
}

function readRequirement(scan: Scanner): Requirement {
  if (scan.take('!')) return { key: scan.key(), operator: 'absent' };
  const key = scan.key();
  if (scan.isAtEnd || scan.next === ',') return { key, operator: 'exists' };
  if (scan.take('!=')) return { key, operator: 'notin', values: [scan.value()] };
  if (scan.take('==') || scan.take('=')) return { key, operator: 'in', values: [scan.value()] };
  if (scan.take('>')) return { key, operator: 'above', bound: scan.wholeNumber() };
  if (scan.take('<')) return { key, operator: 'below', bound: scan.wholeNumber() };
  const operator = scan.setOperator();
  return { key, operator, values: readSet(scan) };
}

function readSet(scan: Scanner): string[] {
  if (!scan.take('(')) throw scan.mistake('"("');
  const values: string[] = [];
  do {
    if (values.length >= limits.queryTermsMax) {
      throw scan.mistake(`")": at most ${limits.queryTermsMax} values are allowed`);
    }
    values.push(scan.value());
  } while (scan.take(','));
  if (!scan.take(')')) throw scan.mistake('"," or ")"');
  return values;
}

/** Walks over the text; blanks between words mean nothing. */
class Scanner {
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly parameter: string,
  ) {
    this.#skipBlanks();
  }

  get isAtEnd(): boolean {
    return this.#at >= this.text.length;
  }

  get next(): string {
    return this.text.charAt(this.#at);
  }

  take(symbol: string): boolean {
    if (!this.text.startsWith(symbol, this.#at)) return false;
    this.#at += symbol.length;
    this.#skipBlanks();
    return true;
  }

  key(): string {
    const start = this.#at;
    const key = this.#run((character) => KEY_CHARACTERS.test(character));
    if (METADATA_KEY_PATTERN.test(key)) return key;
    this.#at = start;
    throw this.mistake('a metadata key');
  }

  setOperator(): 'in' | 'notin' {
    const start = this.#at;
    const word = this.#run((character) => /[a-z]/.test(character));
    if (word === 'in' || word === 'notin') return word;
    this.#at = start;
    throw this.mistake('one of = == != in notin < > or ","');
  }

  value(): string {
    return this.next === '"' ? this.#quoted() : this.#run((character) => !DELIMITERS.test(character));
  }

  wholeNumber(): number {
    const start = this.#at;
    const word = this.#run((character) => !DELIMITERS.test(character));
    if (isWholeNumber(word)) return Number(word);
    this.#at = start;
    throw this.mistake('a whole number');
  }

  mistake(expected: string): Error {
    return mistake(this.parameter, this.text, this.#at, expected);
  }

  #run(isPart: (character: string) => boolean): string {
    const start = this.#at;
    while (!this.isAtEnd && isPart(this.next)) this.#at += 1;
    const word = this.text.slice(start, this.#at);
    this.#skipBlanks();
    return word;
  }

  /** A text in double quotes, in which a backslash takes the character behind it literally. */
  #quoted(): string {
    this.#at += 1;
    let value = '';
    while (this.next !== '"') {
      if (this.next === '\\') this.#at += 1;
      if (this.isAtEnd) throw this.mistake('a closing quote');
      value += this.next;
      this.#at += 1;
    }
    this.#at += 1;
    this.#skipBlanks();
    return value;
  }

  #skipBlanks(): void {
    while (/\s/.test(this.next)) this.#at += 1;
  }
}
