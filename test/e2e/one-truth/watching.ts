import type { InstanceView } from '#contracts';
import { shownOf } from './doors.js';
import type { Shown, Sight } from './model.js';

interface Told {
  readonly change: string;
  readonly sequence: number;
  readonly record: InstanceView;
}

/** One SSE stream of a namespace, kept whole, so that afterwards it can be said what was known at any sequence. */
export class Watching {
  readonly #told: Told[] = [];
  readonly #abort = new AbortController();
  #reached = 0;
  #wake: () => void = () => undefined;
  #ended: Promise<void> = Promise.resolve();

  async open(url: string, namespace: string): Promise<void> {
    const { signal } = this.#abort;
    const answer = await fetch(`${url}/v1/namespaces/${namespace}/watch`, { signal });
    this.#ended = this.#read(answer.body as ReadableStream<Uint8Array>).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  /** Resolves when everything up to a sequence has been told. */
  async reached(sequence: number): Promise<void> {
    while (this.#reached < sequence) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** What somebody who listens knew at a sequence. */
  at(sequence: number): Sight {
    const known = new Map<string, Shown>();
    for (const { change, sequence: told, record } of this.#told) {
      if (told > sequence) continue;
      const [name, shown] = shownOf(record);
      if (change === 'removed') known.delete(name);
      else known.set(name, shown);
    }
    return known;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
      this.#wake();
    }
  }

  #take(block: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const [event, data, id] = [field('event'), field('data'), field('id')];
    if (event === 'added' || event === 'updated' || event === 'removed')
      this.#told.push(JSON.parse(data ?? '') as Told);
    if (id !== undefined) this.#reached = Math.max(this.#reached, Number(id));
  }
}
