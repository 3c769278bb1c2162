import { type HeartbeatBody, type IncarnationId, incarnationKey } from '#contracts';
import type { Disconnect } from '../ports/sight.js';

export interface Beat {
  readonly id: IncarnationId;
  /** Broker time, ms. */
  readonly atMs: number;
  readonly body: HeartbeatBody;
}

/** The last valid beat of every incarnation, and whose connection it came over. */
export class BeatBook {
  readonly #beats = new Map<string, Beat>();
  /** Keys of the beats that came over a connection. Hearts of one process may share one. */
  readonly #connections = new Map<string, Set<string>>();

  get size(): number {
    return this.#beats.size;
  }

  last(id: IncarnationId): Beat | undefined {
    return this.#beats.get(incarnationKey(id));
  }

  note(beat: Beat): void {
    const key = incarnationKey(beat.id);
    const known = this.#beats.get(key);
    if (known !== undefined && known.atMs > beat.atMs) return;
    this.#forgetConnection(known);
    this.#beats.set(key, beat);
    const connection = connectionKey(beat.body.connection);
    if (connection === undefined) return;
    const sharers = this.#connections.get(connection);
    if (sharers === undefined) this.#connections.set(connection, new Set([key]));
    else sharers.add(key);
  }

  forget(id: IncarnationId): void {
    const key = incarnationKey(id);
    this.#forgetConnection(this.#beats.get(key));
    this.#beats.delete(key);
  }

  /** Forgets beats from before a broker time, of whoever is not there: strangers, and superseded incarnations. */
  forgetAbsent(beforeMs: number, isThere: (id: IncarnationId) => boolean): void {
    for (const { id, atMs } of this.#beats.values()) if (atMs < beforeMs && !isThere(id)) this.forget(id);
  }

  /** Whose last beat came over a connection. */
  ownersOf(connection: Disconnect): IncarnationId[] {
    const keys = this.#connections.get(connectionKey(connection) ?? '') ?? [];
    return [...keys].flatMap((key) => this.#beats.get(key)?.id ?? []);
  }

  #forgetConnection(beat: Beat | undefined): void {
    const connection = connectionKey(beat?.body.connection);
    const sharers = this.#connections.get(connection ?? '');
    if (beat === undefined || connection === undefined || sharers === undefined) return;
    sharers.delete(incarnationKey(beat.id));
    if (sharers.size === 0) this.#connections.delete(connection);
  }
}

/** A stranger's word: anything but a server id and a number names no connection. */
function connectionKey(
  connection: { serverId?: unknown; clientId?: unknown } | undefined,
): string | undefined {
  if (typeof connection?.serverId !== 'string' || typeof connection.clientId !== 'number') return undefined;
  return `${connection.serverId}/${connection.clientId}`;
}
