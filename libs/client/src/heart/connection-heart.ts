import { headers, type NatsConnection } from '@nats-io/nats-core';
import { heartbeatTtlMs, isRollcallError } from '#contracts';
import { AckPublisher, encodeJson, watchConnection } from '#nats';
import type { Heart, HeartOrder } from './heart.js';

/** An unanswered beat is sent again after so long, then after twice that, and so on, up to a second. */
const ATTEMPT_MS = 100;
const ATTEMPT_MS_MAX = 1_000;

/**
 * Beats on a connection that is shared with everything else. One beat at most is under way: while the broker is
 * silent that one is repeated, also at once when the connection is back, and no heap of old ones follows.
 */
export class ConnectionHeart implements Heart {
  readonly #order: HeartOrder;
  readonly #publisher: AckPublisher;
  readonly #stopWatching: () => void;
  readonly #ttl: string;
  #timer: NodeJS.Timeout | undefined;
  #isBeating = false;
  #isStopped = false;
  #beatAtMs = -Infinity;
  #beats = 0;

  /** @param stream name of the stream whose acknowledgements count */
  constructor(connection: NatsConnection, stream: string, order: HeartOrder) {
    this.#order = order;
    this.#publisher = new AckPublisher(connection, {
      stream,
      attemptTimeoutMs: ATTEMPT_MS,
      attemptTimeoutMsMax: ATTEMPT_MS_MAX,
    });
    // The broker takes whole seconds only and cuts fractions off, so the rule rounds up.
    this.#ttl = `${heartbeatTtlMs(order.heartbeatMs) / 1_000}s`;
    this.#stopWatching = watchConnection(connection, { onReconnect: () => void this.#beat() });
  }

  get beats(): number {
    return this.#beats;
  }

  get silentMs(): number {
    return performance.now() - this.#beatAtMs;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#beat(), this.#order.heartbeatMs);
    void this.#beat();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#stopWatching();
    this.#publisher.close();
  }

  async #beat(): Promise<void> {
    if (this.#isBeating || this.#isStopped) return;
    this.#isBeating = true;
    try {
      await this.#publisher.publish(this.#message());
      this.#beatAtMs = performance.now();
      this.#beats += 1;
    } catch (error) {
      // The next tick beats again; silence is what the watchman acts on.
      if (!this.#isStopped && isRollcallError(error) && !error.retryable) this.#order.onTrouble(error);
    } finally {
      this.#isBeating = false;
    }
  }

  #message() {
    const head = headers();
    head.set('Nats-TTL', this.#ttl);
    head.set('content-type', 'application/json');
    const payload = encodeJson({ at: new Date().toISOString(), ...this.#order.vitals() });
    return { subject: this.#order.subject, payload, headers: head };
  }
}
