import type { OverloadKeeper } from '../overload/overload-keeper.js';
import type { Line } from './line.js';
import { Lines } from './lines.js';
import type { FromWorker, ToWorker, WorkerData } from './messages.js';
import type { HeartOrder, Standing } from './order.js';
import { Pulse } from './pulse.js';
import { VitalsBoard } from './vitals-board.js';
import { VitalsReader } from './vitals-reader.js';

// This file runs on the heart's thread, which loads nothing of the house but types: a third of the memory.

/** Without a connection it is tried again after so long, then after twice that, and so on. */
const RETRY_MS = 250;
const RETRY_MS_MAX = 5_000;

interface Carried {
  readonly order: HeartOrder;
  standing: Standing | undefined;
  /** What stands is what the keeper said. */
  isOverloadSaid: boolean;
  isStopped: boolean;
  line?: Line;
  pulse?: Pulse;
  overload?: OverloadKeeper;
}

/** All hearts of one client, on the thread that beats for them. */
export class HeartRoom {
  readonly #data: WorkerData;
  readonly #tell: (message: FromWorker) => void;
  readonly #lines: Lines;
  readonly #vitals: VitalsReader;
  readonly #hearts = new Map<number, Carried>();
  #isClosed = false;

  constructor(data: WorkerData, tell: (message: FromWorker) => void) {
    this.#data = data;
    this.#tell = tell;
    this.#lines = new Lines(data.recipe);
    this.#vitals = new VitalsReader(new VitalsBoard(data.board));
  }

  onMessage(message: Exclude<ToWorker, { type: 'close' }>): void {
    if (message.type === 'start') this.#start(message.key, message.order);
    else if (message.type === 'stands') this.#stands(message.key, message.standing);
    else if (message.type === 'stop') this.#stop(message.key);
    else if (message.type === 'config') this.#vitals.config = message.config;
    else void this.#lines.reconnect().catch((error: Error) => this.#fail('reconnecting the hearts', error));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const key of this.#hearts.keys()) this.#stop(key);
    await this.#lines.close();
  }

  #start(key: number, order: HeartOrder): void {
    const heart: Carried = {
      order,
      standing: order.overload?.standing,
      isOverloadSaid: false,
      isStopped: false,
    };
    this.#hearts.set(key, heart);
    void this.#carry(key, heart);
  }

  #stands(key: number, standing: Standing): void {
    const heart = this.#hearts.get(key);
    if (heart === undefined) return;
    heart.standing = standing;
    if (standing.record.status !== 'overloaded') heart.isOverloadSaid = false;
    heart.overload?.stands(standing);
  }

  #stop(key: number): void {
    const heart = this.#hearts.get(key);
    if (heart === undefined) return;
    this.#hearts.delete(key);
    heart.isStopped = true;
    this.#rest(heart);
    if (heart.line !== undefined) void this.#lines.release(heart.line);
  }

  /** Finds a connection and beats over it, again whenever it is lost for good. */
  async #carry(key: number, heart: Carried): Promise<void> {
    let retryMs = RETRY_MS;
    while (!heart.isStopped && !this.#isClosed) {
      try {
        const line = await this.#lines.open(heart.order.connectionName);
        retryMs = RETRY_MS;
        heart.line = line;
        if (heart.isStopped) return await this.#lines.release(line);
        this.#beat(key, heart, line);
        await line.connection.closed();
        this.#rest(heart);
        if (heart.isStopped || this.#isClosed) return;
        this.#tell({ type: 'stranded', key, text: 'its connection was closed' });
      } catch (error) {
        this.#tell({ type: 'stranded', key, text: (error as Error).message });
      }
      await pause(retryMs);
      retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
    }
  }

  #beat(key: number, heart: Carried, line: Line): void {
    heart.pulse = new Pulse(line, heart.order, this.#vitals, {
      onBeaten: (atMs) => this.#tell({ type: 'beaten', key, atMs }),
      onTrouble: (trouble) => this.#tell({ type: 'trouble', trouble }),
    });
    this.#tell({ type: 'carried', key });
    if (heart.order.overload !== undefined)
      this.#watchLoad(key, heart, line).catch((error: Error) => this.#fail('watching the event loop', error));
  }

  /** Loads the rooms it takes to write events, which a heart without a limit does without. */
  async #watchLoad(key: number, heart: Carried, line: Line): Promise<void> {
    const { overload } = heart.order;
    const { OverloadKeeper } = await import('../overload/overload-keeper.js');
    if (heart.isStopped || heart.line !== line || overload === undefined) return;
    heart.overload = new OverloadKeeper({
      place: { connection: line.connection, prefix: this.#data.prefix, domain: this.#data.domain },
      order: { ...overload, standing: heart.standing ?? overload.standing },
      lag: this.#vitals.lag.open(),
      isSaid: heart.isOverloadSaid,
      onWritten: (standing) => {
        heart.standing = standing;
        heart.isOverloadSaid = standing.record.status === 'overloaded';
        this.#tell({ type: 'written', key, standing });
      },
      onTrouble: (text) => this.#tell({ type: 'failed', text }),
    });
  }

  #rest(heart: Carried): void {
    heart.pulse?.stop();
    heart.overload?.stop();
    delete heart.pulse;
    delete heart.overload;
  }

  #fail(doing: string, error: Error): void {
    this.#tell({ type: 'failed', text: `${doing}: ${error.message}` });
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
