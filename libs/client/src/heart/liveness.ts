import { hostname } from 'node:os';
import type { InstanceAggregateId } from '#contracts';
import type { ConnectionRecipe } from '#nats';
import type { ClientPlace } from '../client/place.js';
import type { Signature } from '../registration/signature.js';
import type { Heart, Hearts } from './heart.js';
import { type HeartPlacement, openHearts } from './open-hearts.js';
import { heartOrder, type Standing } from './order.js';
import { Ticker } from './ticker.js';
import { Vitals } from './vitals.js';
import { VitalsBoard } from './vitals-board.js';

export interface LivenessParts {
  readonly place: ClientPlace;
  readonly recipe: ConnectionRecipe;
  readonly prefix: string;
  readonly placement?: HeartPlacement | undefined;
  /** Journal sequence the views of this client reflect. */
  readonly position: () => number;
  readonly onTrouble: (error: Error) => void;
}

/** For whom a heart beats. */
export interface HeartOwner {
  readonly aggregate: InstanceAggregateId;
  readonly signature: Signature;
  readonly overloadedAfterMs?: number | undefined;
}

/** Keeps the instances of one client alive. Costs nothing until the first of them registers. */
export class Liveness {
  readonly vitals: Vitals;
  readonly #parts: LivenessParts;
  readonly #board = new VitalsBoard();
  readonly #hearts: Hearts;
  #ticker: Ticker | undefined;

  constructor(parts: LivenessParts) {
    this.#parts = parts;
    const { place, recipe, prefix, onTrouble } = parts;
    this.#hearts = openHearts(parts.placement, {
      connection: place.connection,
      board: this.#board,
      recipe,
      prefix,
      onTrouble,
      ...(place.domain === undefined ? {} : { domain: place.domain }),
    });
    this.vitals = new Vitals((config) => this.#hearts.tellConfig(config));
  }

  /** Begins to beat at once. `onWritten` is told when the heart itself has changed the status. */
  start(owner: HeartOwner, standing: Standing, onWritten: (standing: Standing) => void): Heart {
    const { position, place } = this.#parts;
    this.#ticker ??= new Ticker(this.#board, () => ({
      position: position(),
      callsInFlight: this.vitals.callsInFlight,
    }));
    const { overloadedAfterMs: afterMs, ...signed } = owner;
    const overload = afterMs === undefined ? undefined : { afterMs, ...signed, standing };
    const names = { ...place, processName: `${hostname()}:${process.pid}` };
    return this.#hearts.start(heartOrder(names, standing.record, overload), onWritten);
  }

  reconnect(): void {
    this.#hearts.reconnect();
  }

  async close(): Promise<void> {
    this.#ticker?.stop();
    await this.#hearts.close();
  }
}
