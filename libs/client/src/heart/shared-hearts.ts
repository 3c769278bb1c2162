import { isRollcallError } from '#contracts';
import { apiError, brokerError, watchConnection } from '#nats';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Heart, HeartOrder, Hearts } from './heart.js';
import { Pulse } from './pulse.js';
import { type Names, pulseOrder } from './pulse-order.js';
import { epochMs, VitalsReader } from './vitals.js';

export interface HeartsParts extends Names {
  readonly connection: NatsConnection;
  /** Vital signs of the main thread. */
  readonly memory: SharedArrayBuffer;
  readonly onTrouble: (error: Error) => void;
}

/** Hearts on the connection and thread of everything else: a loop that is held up holds them up too. */
export class SharedHearts implements Hearts {
  readonly #parts: HeartsParts;
  readonly #vitals: VitalsReader;
  readonly #pulses = new Set<Pulse>();
  readonly #stopWatching: () => void;

  constructor(parts: HeartsParts) {
    this.#parts = parts;
    this.#vitals = new VitalsReader(parts.memory);
    this.#stopWatching = watchConnection(parts.connection, {
      onReconnect: () => {
        for (const pulse of this.#pulses) pulse.onReconnect();
      },
      onError: (error) => this.#onError(error),
    });
  }

  start(order: HeartOrder): Heart {
    let beatAtMs = -Infinity;
    const pulse = new Pulse(this.#parts.connection, pulseOrder(this.#parts, order), {
      vitals: () => this.#vitals.take(),
      onBeat: (atMs) => (beatAtMs = atMs),
      onRefused: (failure) => this.#parts.onTrouble(apiError(failure, 'beating')),
    });
    this.#pulses.add(pulse);
    return {
      get silentMs() {
        return order.heartbeatMs === undefined ? undefined : epochMs() - beatAtMs;
      },
      stop: () => {
        this.#pulses.delete(pulse);
        pulse.stop();
      },
    };
  }

  async close(): Promise<void> {
    this.#stopWatching();
    for (const pulse of this.#pulses) pulse.stop();
    this.#pulses.clear();
  }

  #onError(error: Error): void {
    const denied = brokerError(error, 'beating');
    if (isRollcallError(denied, 'ROLLCALL_BROKER_DENIED')) this.#parts.onTrouble(denied);
  }
}
