import { type IncarnationId, incarnationKey, parseIncarnationKey } from '#contracts';
import { connectionKey, type ConnectionWord } from './ended-connections.js';

export interface Beat {
  readonly id: IncarnationId;
  /** Broker time, ms. */
  readonly atMs: number;
}

/**
 * Changed in place: a new one each beat would outlive the young generation, and be garbage of the old. Whose it is says
 * its key alone: there are as many as leases.
 */
interface KnownBeat {
  atMs: number;
  connection: string | undefined;
}

/** When every incarnation has last beaten validly, and over whose connection. */
export class BeatBook {
  readonly #beats = new Map<string, KnownBeat>();
  /** Keys of the beats that came over a connection. Hearts of one process may share one. */
  readonly #connections = new Map<string, Set<string>>();

  get size(): number {
    return this.#beats.size;
  }

  last(id: IncarnationId): Pick<Beat, 'atMs'> | undefined {
    return this.#beats.get(incarnationKey(id));
  }

  note({ id, atMs }: Beat, over: ConnectionWord): void {
    const key = incarnationKey(id);
    const connection = connectionKey(over);
    const known = this.#beats.get(key);
    if (known === undefined) {
      this.#beats.set(key, { atMs, connection });
      this.#join(connection, key);
      return;
    }
    if (known.atMs > atMs) return;
    known.atMs = atMs;
    if (known.connection === connection) return;
    this.#leave(known.connection, key);
    known.connection = connection;
    this.#join(connection, key);
  }

  forget(id: IncarnationId): void {
    this.#forgetKey(incarnationKey(id));
  }

  #forgetKey(key: string): void {
    this.#leave(this.#beats.get(key)?.connection, key);
    this.#beats.delete(key);
  }

  /** Forgets beats from before a broker time, of whoever is not there: strangers, and superseded incarnations. */
  forgetAbsent(beforeMs: number, isThere: (id: IncarnationId) => boolean): void {
    for (const [key, { atMs }] of this.#beats) {
      if (atMs >= beforeMs) continue;
      const id = parseIncarnationKey(key);
      if (id === undefined || !isThere(id)) this.#forgetKey(key);
    }
  }

  /** Whose last beat came over a connection. */
  ownersOf(connection: ConnectionWord): IncarnationId[] {
    const keys = this.#connections.get(connectionKey(connection) ?? '') ?? [];
    return [...keys].flatMap((key) => parseIncarnationKey(key) ?? []);
  }

  #join(connection: string | undefined, key: string): void {
    if (connection === undefined) return;
    const sharers = this.#connections.get(connection);
    if (sharers === undefined) this.#connections.set(connection, new Set([key]));
    else sharers.add(key);
  }

  #leave(connection: string | undefined, key: string): void {
    const sharers = this.#connections.get(connection ?? '');
    if (connection === undefined || sharers === undefined) return;
    sharers.delete(key);
    if (sharers.size === 0) this.#connections.delete(connection);
  }
}
