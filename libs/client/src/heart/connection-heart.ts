import { headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/nats-core';
import {
  type HeartbeatBody,
  heartbeatTtlMs,
  isRollcallError,
  type ProbeAnswer,
  type StreamNames,
  type Subjects,
} from '#contracts';
import { AckPublisher, encodeJson, watchConnection } from '#nats';
import type { Heart, HeartOrder } from './heart.js';

/** An unanswered beat is sent again after so long, then after twice that, and so on, up to a second. */
const ATTEMPT_MS = 100;
const ATTEMPT_MS_MAX = 1_000;

export interface HeartPlace {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
}

/**
 * Beats on one connection. One beat at most is under way: while the broker is silent that one is repeated, also
 * at once when the connection is back, and no heap of old ones follows.
 */
export class ConnectionHeart implements Heart {
  readonly #place: HeartPlace;
  readonly #order: HeartOrder;
  readonly #publisher: AckPublisher;
  readonly #probes: Subscription;
  readonly #stopWatching: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isBeating = false;
  #isStopped = false;
  #beatAtMs = -Infinity;

  constructor(place: HeartPlace, order: HeartOrder) {
    this.#place = place;
    this.#order = order;
    this.#publisher = new AckPublisher(place.connection, {
      stream: place.streams.heartbeats,
      attemptTimeoutMs: ATTEMPT_MS,
      attemptTimeoutMsMax: ATTEMPT_MS_MAX,
    });
    this.#probes = place.connection.subscribe(place.subjects.probe(order.id), {
      callback: (error, probe) => {
        if (error === null) this.#answer(probe);
      },
    });
    this.#stopWatching = watchConnection(place.connection, { onReconnect: () => void this.#beat() });
  }

  get silentMs(): number | undefined {
    return this.#order.heartbeatMs === undefined ? undefined : performance.now() - this.#beatAtMs;
  }

  start(): void {
    if (this.#order.heartbeatMs === undefined) return;
    this.#timer = setInterval(() => void this.#beat(), this.#order.heartbeatMs);
    void this.#beat();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#stopWatching();
    this.#probes.unsubscribe();
    this.#publisher.close();
  }

  async #beat(): Promise<void> {
    const { heartbeatMs, onTrouble } = this.#order;
    if (heartbeatMs === undefined || this.#isBeating || this.#isStopped) return;
    this.#isBeating = true;
    try {
      await this.#publisher.publish(this.#message(heartbeatMs));
      this.#beatAtMs = performance.now();
    } catch (error) {
      // The next tick beats again; silence is what the watchman acts on.
      if (!this.#isStopped && isRollcallError(error) && !error.retryable) onTrouble(error);
    } finally {
      this.#isBeating = false;
    }
  }

  #message(heartbeatMs: number) {
    const { connection, subjects } = this.#place;
    const head = headers();
    // The broker takes whole seconds only and cuts fractions off, so the rule rounds up.
    head.set('Nats-TTL', `${heartbeatTtlMs(heartbeatMs) / 1_000}s`);
    head.set('content-type', 'application/json');
    const body: HeartbeatBody = {
      at: new Date().toISOString(),
      ...connectionOf(connection),
      ...this.#order.vitals(),
    };
    return { subject: subjects.heartbeat(this.#order.id), payload: encodeJson(body), headers: head };
  }

  #answer(probe: Msg): void {
    const { incarnation } = this.#order.id;
    const { eventLoopLagMs } = this.#order.vitals();
    const answer: ProbeAnswer = { incarnation, at: new Date().toISOString(), eventLoopLagMs };
    probe.respond(encodeJson(answer));
  }
}

/** What a disconnect advisory of the server would name. */
function connectionOf({ info }: NatsConnection): Pick<HeartbeatBody, 'connection'> {
  if (info === undefined) return {};
  return { connection: { serverId: info.server_id, clientId: info.client_id } };
}
