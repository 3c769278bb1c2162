import { Worker } from 'node:worker_threads';
import { RollcallError } from '#contracts';
import { apiError, type BrokerAccess, connectionRecipe } from '#nats';
import type { Heart, HeartOrder, Hearts } from './heart.js';
import type { FromThread, ThreadData, ToThread } from './heart-thread.js';
import { pulseOrder } from './pulse-order.js';
import { type HeartsParts, SharedHearts } from './shared-hearts.js';
import { epochMs } from './vitals.js';

export interface ThreadHeartsParts extends HeartsParts {
  readonly access: BrokerAccess;
}

const CLOSE_MS = 500;

interface Beating {
  readonly order: HeartOrder;
  beatAtMs: number;
  /** Beats here once the thread is gone. */
  substitute?: Heart;
}

/**
 * Hearts on a thread and a connection of their own: a loop that is held up, or a main connection that is cut off as
 * a slow consumer, is no death. If the thread cannot live, they beat on in the main thread.
 */
export class ThreadHearts implements Hearts {
  readonly #parts: ThreadHeartsParts;
  readonly #beating = new Map<number, Beating>();
  readonly #substitutes: SharedHearts;
  #thread: Promise<Worker | undefined> | undefined;
  #nextKey = 1;
  /** The thread could not be started, or has died: hearts beat in the main thread for good. */
  #isGone = false;
  #isClosed = false;

  constructor(parts: ThreadHeartsParts) {
    this.#parts = parts;
    this.#substitutes = new SharedHearts(parts);
  }

  start(order: HeartOrder): Heart {
    const key = this.#nextKey++;
    const beating: Beating = { order, beatAtMs: -Infinity };
    this.#beating.set(key, beating);
    void this.#send({ type: 'start', key, order: pulseOrder(this.#parts, order) }, beating);
    return {
      get silentMs() {
        if (order.heartbeatMs === undefined) return undefined;
        return Math.min(epochMs() - beating.beatAtMs, beating.substitute?.silentMs ?? Infinity);
      },
      stop: () => {
        this.#beating.delete(key);
        beating.substitute?.stop();
        void this.#send({ type: 'stop', key });
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#substitutes.close();
    const thread = await this.#thread;
    if (thread === undefined || this.#isGone) return;
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    thread.postMessage({ type: 'close' } satisfies ToThread);
    const late = setTimeout(() => void thread.terminate(), CLOSE_MS);
    await ended;
    clearTimeout(late);
  }

  async #send(message: ToThread, beating?: Beating): Promise<void> {
    this.#thread ??= this.#open();
    const thread = await this.#thread;
    if (thread !== undefined && !this.#isGone) thread.postMessage(message);
    else if (beating !== undefined) this.#substitute(beating);
  }

  async #open(): Promise<Worker | undefined> {
    try {
      const { access, memory } = this.#parts;
      const recipe = await connectionRecipe({
        ...access,
        name: `${access.name ?? 'rollcall'} (heart)`,
        connectTimeoutMs: 0,
      });
      const workerData: ThreadData = { memory, recipe };
      const thread = new Worker(new URL('./heart-thread.js', import.meta.url), {
        name: 'rollcall-heart',
        workerData,
        execArgv: [],
      });
      thread.unref();
      thread.on('message', (message: FromThread) => this.#onMessage(message));
      thread.on('error', (error) => this.#onDeath(error));
      thread.on('exit', () => this.#onDeath(new Error('its thread has ended')));
      return thread;
    } catch (error) {
      this.#onDeath(error as Error);
      return undefined;
    }
  }

  #onMessage(message: FromThread): void {
    const { onTrouble } = this.#parts;
    if (message.type === 'refused') return onTrouble(apiError(message.failure, 'beating'));
    if (message.type === 'denied') {
      return onTrouble(new RollcallError('ROLLCALL_BROKER_DENIED', `beating: ${message.text}`));
    }
    const beating = this.#beating.get(message.key);
    if (beating !== undefined) beating.beatAtMs = message.atMs;
  }

  #onDeath(error: Error): void {
    if (this.#isGone || this.#isClosed) return;
    this.#isGone = true;
    this.#parts.onTrouble(
      new Error(`heartbeats go on in the main thread, and stop when it is held up: ${error.message}`, {
        cause: error,
      }),
    );
    for (const beating of this.#beating.values()) this.#substitute(beating);
  }

  #substitute(beating: Beating): void {
    if (!this.#isClosed) beating.substitute ??= this.#substitutes.start(beating.order);
  }
}
