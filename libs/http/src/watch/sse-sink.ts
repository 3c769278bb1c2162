import type { ServerResponse } from 'node:http';
import { limits } from '#contracts';
import type { ToldRecord, WatchEvent, WatchSink } from '#application';
import type { UnhurriedFlush } from './unhurried.js';

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
  readonly #unhurried: UnhurriedFlush;
  #waiting = '';
  /** The newest place to come back to, which every later one replaces. */
  #position = '';
  #isFlushDue = false;
  #takenAtMs = performance.now();
  #sentAtMs = performance.now();

  /** @param onDrained called when there is room again after there was none */
  constructor(response: ServerResponse, unhurried: UnhurriedFlush, onDrained: () => void) {
    this.#response = response;
    this.#unhurried = unhurried;
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

  /** How long nothing has been sent, in ms. */
  get silentMs(): number {
    return performance.now() - this.#sentAtMs;
  }

  send(event: WatchEvent): void {
    if (event.kind === 'position') {
      this.#position = encode(event);
      this.#unhurried.add(this);
    } else this.#write(encode(event));
  }

  /** Keeps proxies from taking silence for death. */
  comment(text: string): void {
    this.#write(`: ${text}\n\n`);
  }

  end(): void {
    this.flush();
    this.#response.end();
  }

  /** Sends what waits, now. */
  flush(): void {
    this.#isFlushDue = false;
    this.#waiting += this.#position;
    this.#position = '';
    this.#unhurried.remove(this);
    if (this.#waiting === '' || this.#response.writableEnded || this.#response.destroyed) return;
    const text = this.#waiting;
    this.#waiting = '';
    const wasIdle = !this.#response.writableNeedDrain;
    this.#sentAtMs = performance.now();
    if (wasIdle) this.#takenAtMs = this.#sentAtMs;
    // Without back-pressure no "drain" will come to say that there is room.
    if (this.#response.write(text)) this.#onDrained();
  }

  #write(text: string): void {
    // A place stands for everything before it: it goes before what comes after it.
    this.#waiting += this.#position + text;
    this.#position = '';
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => this.flush());
  }
}
