import type { ServerResponse } from 'node:http';
import { limits } from '#contracts';
import type { ToldRecord, WatchEvent, WatchSink } from '#application';

/** Changes as text, made once however many watchers are told. */
const texts = new WeakMap<ToldRecord, string>();

function textOf(record: ToldRecord): string {
  let text = texts.get(record);
  if (text === undefined) {
    text = `event: ${record.change}\ndata: ${JSON.stringify(record)}\n\n`;
    texts.set(record, text);
  }
  return text;
}

/** An event in the words of server-sent events; only what can be come back to carries an id. */
function encode(event: WatchEvent): string {
  if (event.kind === 'change') return textOf(event.record);
  const { kind, ...data } = event;
  const id = 'sequence' in data ? `id: ${data.sequence}\n` : '';
  return `${id}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A watcher's connection. What is told in one turn of the event loop goes out in one piece. */
export class SseSink implements WatchSink {
  readonly #response: ServerResponse;
  readonly #onDrained: () => void;
  #waiting = '';
  #isFlushDue = false;
  #takenAtMs = performance.now();

  /** @param onDrained called when there is room again after there was none */
  constructor(response: ServerResponse, onDrained: () => void) {
    this.#response = response;
    this.#onDrained = onDrained;
    response.on('drain', () => {
      this.#takenAtMs = performance.now();
      this.#onDrained();
    });
  }

  get isFull(): boolean {
    return this.#waiting.length + this.#response.writableLength > limits.watchPendingBytesMax;
  }

  /** How long the other side has taken nothing although something waits, in ms. */
  get stalledMs(): number {
    return this.#response.writableNeedDrain ? performance.now() - this.#takenAtMs : 0;
  }

  send(event: WatchEvent): void {
    this.#write(encode(event));
  }

  /** Keeps proxies from taking silence for death. */
  comment(text: string): void {
    this.#write(`: ${text}\n\n`);
  }

  end(): void {
    this.#flush();
    this.#response.end();
  }

  #write(text: string): void {
    this.#waiting += text;
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushDue = false;
    if (this.#waiting === '' || this.#response.writableEnded || this.#response.destroyed) return;
    const text = this.#waiting;
    this.#waiting = '';
    const wasIdle = !this.#response.writableNeedDrain;
    if (wasIdle) this.#takenAtMs = performance.now();
    // Without back-pressure no "drain" will come to say that there is room.
    if (this.#response.write(text)) this.#onDrained();
  }
}
