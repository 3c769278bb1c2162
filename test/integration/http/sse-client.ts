import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';

export interface SseEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
  readonly id?: string;
}

/** Reads server-sent events as a browser would, and remembers the last id. */
export class SseClient {
  readonly events: SseEvent[] = [];
  lastId: string | undefined;
  status = 0;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #text = '';
  #onEvent: () => void = () => undefined;

  constructor(
    private readonly port: number,
    private readonly path: string,
  ) {}

  /** Resolves when the answer has begun. */
  open(): Promise<void> {
    const headers = this.lastId === undefined ? {} : { 'last-event-id': this.lastId };
    this.#request = httpRequest({ host: '127.0.0.1', port: this.port, path: this.path, headers });
    return new Promise((resolve, reject) => {
      this.#request?.on('error', reject).on('response', (response) => {
        this.status = response.statusCode ?? 0;
        this.#response = response.setEncoding('utf8').on('data', (chunk: string) => this.#onText(chunk));
        response.on('error', () => undefined);
        resolve();
      });
      this.#request?.end();
    });
  }

  /** Stops taking anything, and takes again. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  close(): void {
    this.#request?.destroy();
  }

  /** Resolves with the first event a test holds for, come already or still to come. */
  async until(test: (event: SseEvent) => boolean): Promise<SseEvent> {
    for (let index = 0; ; index += 1) {
      while (index >= this.events.length) await new Promise<void>((resolve) => (this.#onEvent = resolve));
      const event = this.events[index] as SseEvent;
      if (test(event)) return event;
    }
  }

  #onText(chunk: string): void {
    this.#text += chunk;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) this.#onBlock(block);
    this.#onEvent();
  }

  #onBlock(block: string): void {
    const fields = new Map(
      block.split('\n').map((line): [string, string] => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
    );
    const [id, event, data] = ['id', 'event', 'data'].map((name) => fields.get(name));
    if (id !== undefined) this.lastId = id;
    if (event === undefined || data === undefined) return;
    this.events.push({
      event,
      data: JSON.parse(data) as Record<string, unknown>,
      ...(id === undefined ? {} : { id }),
    });
  }
}
