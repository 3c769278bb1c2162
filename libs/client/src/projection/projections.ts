import type { ClientPlace } from '../client/place.js';
import type { Projection, ProjectionOrder } from './order.js';
import { RunningProjection } from './projection.js';

/** A store that takes longer is told the same batch again the next time. */
const FAREWELL_MS = 2_000;

/** The projections of one client. */
export class Projections {
  readonly #running = new Set<Projection>();

  constructor(private readonly place: ClientPlace) {}

  async open(order: ProjectionOrder): Promise<Projection> {
    const projection = await RunningProjection.start(this.place, order);
    this.#running.add(projection);
    void projection.ended.then(() => this.#running.delete(projection));
    return projection;
  }

  async close(): Promise<void> {
    if (this.#running.size === 0) return;
    const farewell = new Promise((resolve) => setTimeout(resolve, FAREWELL_MS).unref());
    await Promise.race([Promise.all([...this.#running].map((one) => one.close())), farewell]);
  }
}
