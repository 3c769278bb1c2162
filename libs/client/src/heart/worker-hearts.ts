import { Worker } from 'node:worker_threads';
import { RollcallError } from '#contracts';
import type { ConnectionRecipe } from '#nats';
import { monotonicMs } from './clock.js';
import type { Heart, Hearts } from './heart.js';
import type { FromWorker, ToWorker, WorkerData } from './messages.js';
import type { HeartOrder, Standing } from './order.js';
import { type HeartsParts, SharedHearts, troubleError } from './shared-hearts.js';
import type { ConfigVitals } from './vitals.js';

export interface WorkerHeartsParts extends HeartsParts {
  readonly recipe: ConnectionRecipe;
  readonly prefix: string;
  readonly domain?: string;
}

const CLOSE_MS = 500;
/** Keeps the young generation of the thread small: it makes little garbage, and memory is what it costs. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 128 };

interface Beating {
  readonly order: HeartOrder;
  readonly onWritten: (standing: Standing) => void;
  beatAtMs: number;
  /** Beats in the main thread while the worker cannot. */
  substitute?: Heart | undefined;
}

/**
 * Hearts on a thread and connections of their own: a loop that is held up, or a main connection that is cut off as
 * a slow consumer, is no death. While the thread cannot beat, they beat in the main thread.
 */
export class WorkerHearts implements Hearts {
  readonly #parts: WorkerHeartsParts;
  readonly #beating = new Map<number, Beating>();
  readonly #substitutes: SharedHearts;
  #worker: Worker | undefined;
  #nextKey = 1;
  /** The thread could not be started, or has died: hearts beat in the main thread for good. */
  #isGone = false;
  #isClosed = false;

  constructor(parts: WorkerHeartsParts) {
    this.#parts = parts;
    this.#substitutes = new SharedHearts(parts);
  }

  start(order: HeartOrder, onWritten: (standing: Standing) => void): Heart {
    const key = this.#nextKey++;
    const beating: Beating = { order, onWritten, beatAtMs: -Infinity };
    this.#beating.set(key, beating);
    this.#open();
    if (this.#isGone) this.#substitute(beating);
    else this.#send({ type: 'start', key, order });
    return {
      get silentMs() {
        if (order.heartbeatMs === undefined) return undefined;
        return Math.min(monotonicMs() - beating.beatAtMs, beating.substitute?.silentMs ?? Infinity);
      },
      stands: (standing) => {
        if (order.overload !== undefined) this.#send({ type: 'stands', key, standing });
      },
      stop: () => {
        this.#beating.delete(key);
        beating.substitute?.stop();
        this.#send({ type: 'stop', key });
      },
    };
  }

  tellConfig(config: ConfigVitals): void {
    this.#substitutes.tellConfig(config);
    this.#send({ type: 'config', config });
  }

  reconnect(): void {
    this.#send({ type: 'reconnect' });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#substitutes.close();
    const worker = this.#worker;
    if (worker === undefined || this.#isGone) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    this.#send({ type: 'close' });
    const late = setTimeout(() => void worker.terminate(), CLOSE_MS);
    await ended;
    clearTimeout(late);
  }

  #send(message: ToWorker): void {
    if (!this.#isGone) this.#worker?.postMessage(message);
  }

  /** Started with the first heart: a client that only discovers does without. */
  #open(): void {
    if (this.#worker !== undefined || this.#isGone) return;
    const { board, recipe, prefix, domain } = this.#parts;
    const workerData: WorkerData = { board: board.shared, recipe, prefix, ...(domain && { domain }) };
    try {
      // What the process is started with, such as an instrumentation that --import brings in, is not for this
      // thread; and NODE_OPTIONS would bring it in again.
      const worker = new Worker(new URL('./heart-worker.js', import.meta.url), {
        name: 'rollcall-heart',
        workerData,
        execArgv: [],
        env: {},
        resourceLimits: RESOURCE_LIMITS,
      });
      worker.unref();
      worker.on('message', (message: FromWorker) => this.#onMessage(message));
      worker.on('error', (error) => this.#onDeath(error));
      worker.on('exit', () => this.#onDeath(new Error('the thread has ended')));
      this.#worker = worker;
    } catch (error) {
      this.#onDeath(error as Error);
    }
  }

  #onMessage(message: FromWorker): void {
    const { onTrouble } = this.#parts;
    if (message.type === 'trouble') return onTrouble(troubleError(message.trouble));
    if (message.type === 'failed') return onTrouble(new Error(message.text));
    const beating = this.#beating.get(message.key);
    if (beating === undefined) return;
    if (message.type === 'beaten') beating.beatAtMs = message.atMs;
    else if (message.type === 'written') beating.onWritten(message.standing);
    else if (message.type === 'carried') this.#relieve(beating);
    else this.#onStranded(beating, message.text);
  }

  #onStranded(beating: Beating, text: string): void {
    if (beating.substitute === undefined) this.#parts.onTrouble(inMainThread(text));
    this.#substitute(beating);
  }

  #onDeath(error: Error): void {
    if (this.#isGone || this.#isClosed) return;
    this.#isGone = true;
    this.#parts.onTrouble(inMainThread(error.message, error));
    for (const beating of this.#beating.values()) this.#substitute(beating);
  }

  #substitute(beating: Beating): void {
    if (this.#isClosed) return;
    const { overload: _withoutThread, ...order } = beating.order;
    beating.substitute ??= this.#substitutes.start(order);
  }

  #relieve(beating: Beating): void {
    beating.substitute?.stop();
    beating.substitute = undefined;
  }
}

function inMainThread(text: string, cause?: Error): Error {
  return new RollcallError(
    'ROLLCALL_UNAVAILABLE',
    `the heart has no thread and connection of its own (${text}), and beats in the main thread`,
    {
      action: 'Until it has, an event loop that is held up looks like a death.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
