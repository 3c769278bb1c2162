import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import type { ConnectionRecipe } from '#nats';
import { Line } from './line.js';

// This file runs on the heart's thread, which loads nothing of the house but types: a third of the memory.

/** Hearts with a connection of their own, named after the instance; a process with more lets the others share one. */
const OWN_LINES_MAX = 8;

/** Opens the connections of the heart's thread. */
export class Lines {
  readonly #recipe: ConnectionRecipe;
  readonly #own = new Set<Line>();
  #ownCount = 0;
  #shared: Promise<Line> | undefined;

  constructor(recipe: ConnectionRecipe) {
    this.#recipe = recipe;
  }

  /** @throws what the NATS client throws when no server can be entered */
  async open(name: string): Promise<Line> {
    if (this.#ownCount >= OWN_LINES_MAX) return this.#openShared();
    this.#ownCount += 1;
    try {
      const line = await this.#connect(name);
      this.#own.add(line);
      void line.connection.closed().then(() => this.#forget(line));
      return line;
    } catch (error) {
      this.#ownCount -= 1;
      throw error;
    }
  }

  /** Call it when a heart has left the line. */
  async release(line: Line): Promise<void> {
    if (this.#own.has(line)) await line.connection.close();
  }

  async reconnect(): Promise<void> {
    for (const line of await this.#all()) if (line.isUp) await line.connection.reconnect();
  }

  async close(): Promise<void> {
    for (const line of await this.#all()) await line.connection.close();
  }

  #openShared(): Promise<Line> {
    this.#shared ??= this.#connect().then(
      (line) => {
        void line.connection.closed().then(() => (this.#shared = undefined));
        return line;
      },
      (error: Error) => {
        this.#shared = undefined;
        throw error;
      },
    );
    return this.#shared;
  }

  async #all(): Promise<Line[]> {
    const shared = await this.#shared?.catch(() => undefined);
    return [...this.#own, ...(shared === undefined ? [] : [shared])];
  }

  #forget(line: Line): void {
    if (this.#own.delete(line)) this.#ownCount -= 1;
  }

  async #connect(name?: string): Promise<Line> {
    return new Line(await connect({ ...optionsOf(this.#recipe), ...(name && { name }) }));
  }
}

/** The same as `connectBroker` of the room nats does, which cannot be loaded here. */
function optionsOf({ options, creds, nkeySeed }: ConnectionRecipe): ConnectionOptions {
  const encoder = new TextEncoder();
  if (creds !== undefined) return { ...options, authenticator: credsAuthenticator(encoder.encode(creds)) };
  if (nkeySeed !== undefined)
    return { ...options, authenticator: nkeyAuthenticator(encoder.encode(nkeySeed)) };
  return options;
}
