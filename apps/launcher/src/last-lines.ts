/** Keeps the end of a stream of text. */
export class LastLines {
  #lines: string[] = [];
  #rest = '';

  constructor(private readonly max = 12) {}

  add(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    // A program that never ends its line must not fill our memory.
    this.#rest = (lines.pop() ?? '').slice(-4096);
    this.#lines = [...this.#lines, ...lines].slice(-this.max);
  }

  toString(): string {
    const lines = this.#rest === '' ? this.#lines : [...this.#lines, this.#rest];
    return lines.map((line) => `  ${line}`).join('\n');
  }
}
