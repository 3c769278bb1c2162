import { parentPort, workerData } from 'node:worker_threads';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  errors,
  nkeyAuthenticator,
  type NatsConnection,
} from '@nats-io/transport-node';
import type { ApiFailure, ConnectionRecipe } from '#nats';
import { Pulse, type PulseOrder } from './pulse.js';
import { VitalsReader } from './vitals.js';

// The program of the heart's thread. It loads nothing of the house but types: a third of the memory.

/** Everything the thread must know, as it can be sent to it. */
export interface ThreadData {
  readonly memory: SharedArrayBuffer;
  readonly recipe: ConnectionRecipe;
}

export type ToThread =
  | { readonly type: 'start'; readonly key: number; readonly order: PulseOrder }
  | { readonly type: 'stop'; readonly key: number }
  | { readonly type: 'close' };

export type FromThread =
  | { readonly type: 'beat'; readonly key: number; readonly atMs: number }
  | { readonly type: 'refused'; readonly failure: ApiFailure }
  | { readonly type: 'denied'; readonly text: string };

function optionsOf({ options, creds, nkeySeed }: ConnectionRecipe): ConnectionOptions {
  const encoder = new TextEncoder();
  if (creds !== undefined) return { ...options, authenticator: credsAuthenticator(encoder.encode(creds)) };
  if (nkeySeed !== undefined)
    return { ...options, authenticator: nkeyAuthenticator(encoder.encode(nkeySeed)) };
  return options;
}

class HeartThread {
  readonly #pulses = new Map<number, Pulse>();
  readonly #vitals: VitalsReader;

  constructor(
    private readonly connection: NatsConnection,
    private readonly tell: (message: FromThread) => void,
    memory: SharedArrayBuffer,
  ) {
    this.#vitals = new VitalsReader(memory);
    void this.#watch();
  }

  onMessage(message: ToThread): void {
    if (message.type === 'start') this.#start(message.key, message.order);
    else if (message.type === 'stop') this.#stop(message.key);
    else void this.connection.close();
  }

  #start(key: number, order: PulseOrder): void {
    const pulse = new Pulse(this.connection, order, {
      vitals: () => this.#vitals.take(),
      onBeat: (atMs) => this.tell({ type: 'beat', key, atMs }),
      onRefused: (failure) => this.tell({ type: 'refused', failure }),
    });
    this.#pulses.set(key, pulse);
  }

  #stop(key: number): void {
    this.#pulses.get(key)?.stop();
    this.#pulses.delete(key);
  }

  async #watch(): Promise<void> {
    for await (const event of this.connection.status()) {
      if (event.type === 'reconnect') for (const pulse of this.#pulses.values()) pulse.onReconnect();
      if (event.type === 'error' && event.error instanceof errors.PermissionViolationError) {
        this.tell({ type: 'denied', text: event.error.message });
      }
    }
  }
}

async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this file is the program of a thread');
  const data = workerData as ThreadData;
  const connection = await connect(optionsOf(data.recipe));
  const thread = new HeartThread(connection, (message) => port.postMessage(message), data.memory);
  port.on('message', (message: ToThread) => thread.onMessage(message));
  await connection.closed();
  port.close();
}

await main();
