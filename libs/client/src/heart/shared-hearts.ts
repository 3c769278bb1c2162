import type { NatsConnection } from '@nats-io/nats-core';
import { RollcallError } from '#contracts';
import { apiError } from '#nats';
import { monotonicMs } from './clock.js';
import type { Heart, Hearts } from './heart.js';
import { Line } from './line.js';
import type { HeartOrder } from './order.js';
import { type HeartTrouble, Pulse } from './pulse.js';
import type { ConfigVitals } from './vitals.js';
import type { VitalsBoard } from './vitals-board.js';
import { VitalsReader } from './vitals-reader.js';

export interface HeartsParts {
  readonly connection: NatsConnection;
  readonly board: VitalsBoard;
  readonly onTrouble: (error: Error) => void;
}

/** Hearts on the connection and thread of everything else: a loop that is held up holds them up too. */
export class SharedHearts implements Hearts {
  readonly #parts: HeartsParts;
  readonly #vitals: VitalsReader;
  readonly #pulses = new Set<Pulse>();
  #line: Line | undefined;

  constructor(parts: HeartsParts) {
    this.#parts = parts;
    this.#vitals = new VitalsReader(parts.board);
  }

  start(order: HeartOrder): Heart {
    let beatAtMs = -Infinity;
    this.#line ??= new Line(this.#parts.connection);
    const pulse = new Pulse(this.#line, order, this.#vitals, {
      onBeaten: (atMs) => (beatAtMs = atMs),
      onTrouble: (trouble) => this.#parts.onTrouble(troubleError(trouble)),
    });
    this.#pulses.add(pulse);
    if (order.overload !== undefined) this.#parts.onTrouble(noOverload());
    return {
      get silentMs() {
        return order.heartbeatMs === undefined ? undefined : monotonicMs() - beatAtMs;
      },
      stands: () => undefined,
      stop: () => {
        if (this.#pulses.delete(pulse)) pulse.stop();
      },
    };
  }

  tellConfig(config: ConfigVitals): void {
    this.#vitals.config = config;
  }

  reconnect(): void {
    // They beat over the connection of the client, which reconnects by itself.
  }

  async close(): Promise<void> {
    for (const pulse of this.#pulses) pulse.stop();
    this.#pulses.clear();
    this.#line?.close();
  }
}

export function troubleError(trouble: HeartTrouble): RollcallError {
  if (trouble.kind === 'refused') return apiError(trouble.failure, 'beating');
  return new RollcallError('ROLLCALL_BROKER_DENIED', `beating: ${trouble.text}`);
}

/** While the loop is held up nobody here could say so, and afterwards it is no longer true. */
function noOverload(): Error {
  return new Error('overloadedAfterMs has no effect on a heart that shares the thread it should watch');
}
