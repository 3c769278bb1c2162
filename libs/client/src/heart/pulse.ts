import { createInbox, headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/nats-core';
import type { HeartbeatBody, ProbeAnswer } from '#contracts';
import type { ApiFailure } from '#nats';
import { epochMs, type Vitals } from './vitals.js';

// This file runs on the heart's thread, which loads nothing of the house but types: a third of the memory.

/** An unanswered beat is sent again after so long, then after twice that, and so on, up to a second. */
const ATTEMPT_MS = 100;
const ATTEMPT_MS_MAX = 1_000;

/** One incarnation's pulse, in words a thread can be sent. */
export interface PulseOrder {
  readonly beatSubject: string;
  readonly probeSubject: string;
  /** Stream whose acknowledgements count. */
  readonly stream: string;
  readonly incarnation: number;
  readonly heartbeatMs?: number | undefined;
  readonly ttlMs: number;
  /** A process whose event loop is held up for longer than this is as good as dead, and its pulse stops. */
  readonly hungAfterMs: number;
}

export interface PulseHandlers {
  readonly vitals: () => Vitals;
  /** A beat was acknowledged; time by `epochMs()`. */
  readonly onBeat: (atMs: number) => void;
  /** The broker refused a beat. */
  readonly onRefused: (failure: ApiFailure) => void;
}

/**
 * Beats and answers probes on one connection. One beat at most is under way: while the broker is silent that one
 * is repeated, also at once when the connection is back, and no heap of old ones follows.
 */
export class Pulse {
  readonly #connection: NatsConnection;
  readonly #order: PulseOrder;
  readonly #handlers: PulseHandlers;
  readonly #inbox: string;
  readonly #subscriptions: Subscription[];
  #ticks: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Attempts at the beat under way; 0 when none is. */
  #attempts = 0;

  constructor(connection: NatsConnection, order: PulseOrder, handlers: PulseHandlers) {
    this.#connection = connection;
    this.#order = order;
    this.#handlers = handlers;
    // connection.options exists at run time; the type does not show it.
    const { inboxPrefix } = (connection as unknown as { options?: { inboxPrefix?: string } }).options ?? {};
    this.#inbox = createInbox(inboxPrefix);
    this.#subscriptions = [
      this.#listen(this.#inbox, (reply) => this.#onReply(reply)),
      this.#listen(order.probeSubject, (probe) => this.#onProbe(probe)),
    ];
    if (order.heartbeatMs === undefined) return;
    this.#ticks = setInterval(() => this.beat(), order.heartbeatMs);
    this.beat();
  }

  /** Beats now, unless a beat is under way. */
  beat(): void {
    if (this.#order.heartbeatMs !== undefined && this.#attempts === 0) this.#send();
  }

  /** The connection is back: what was under way is sent again, or a new beat. */
  onReconnect(): void {
    if (this.#order.heartbeatMs !== undefined) this.#send();
  }

  stop(): void {
    clearInterval(this.#ticks);
    clearTimeout(this.#retry);
    this.#ticks = undefined;
    if (this.#connection.isClosed()) return;
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  #listen(subject: string, onMessage: (message: Msg) => void): Subscription {
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null) onMessage(message);
    };
    return this.#connection.subscribe(subject, { callback });
  }

  #send(): void {
    if (this.#ticks === undefined || this.#connection.isClosed()) return;
    const { heldUpMs, eventLoopLagMs, position } = this.#handlers.vitals();
    if (heldUpMs > this.#order.hungAfterMs) {
      this.#attempts = 0;
      return;
    }
    this.#sendAgainIn(Math.min(ATTEMPT_MS * 2 ** this.#attempts, ATTEMPT_MS_MAX));
    this.#attempts += 1;
    const head = headers();
    // The broker takes whole seconds only, and cuts fractions off.
    head.set('Nats-TTL', `${Math.ceil(this.#order.ttlMs / 1_000)}s`);
    head.set('content-type', 'application/json');
    const body: HeartbeatBody = {
      at: new Date().toISOString(),
      ...this.#connectionName(),
      eventLoopLagMs,
      position,
    };
    this.#connection.publish(this.#order.beatSubject, JSON.stringify(body), {
      headers: head,
      reply: this.#inbox,
    });
  }

  #sendAgainIn(delayMs: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#send(), delayMs);
  }

  /** Only an acknowledgement by the stream counts: anybody who hears the beat could answer. */
  #onReply(reply: Msg): void {
    // "No responders": the stream has no leader at this moment.
    if (reply.headers?.code === 503) return this.#sendAgainIn(ATTEMPT_MS);
    const { stream, seq, error } = parsed(reply);
    if (typeof error?.description === 'string') this.#handlers.onRefused(error);
    if (stream !== this.#order.stream || !Number.isSafeInteger(seq)) return;
    clearTimeout(this.#retry);
    this.#attempts = 0;
    this.#handlers.onBeat(epochMs());
  }

  #onProbe(probe: Msg): void {
    const { eventLoopLagMs, heldUpMs } = this.#handlers.vitals();
    if (heldUpMs > this.#order.hungAfterMs) return;
    const answer: ProbeAnswer = {
      incarnation: this.#order.incarnation,
      at: new Date().toISOString(),
      eventLoopLagMs,
    };
    probe.respond(JSON.stringify(answer));
  }

  /** As a disconnect advisory of the server would name it. */
  #connectionName(): Pick<HeartbeatBody, 'connection'> {
    const { info } = this.#connection;
    return info === undefined ? {} : { connection: { serverId: info.server_id, clientId: info.client_id } };
  }
}

function parsed(reply: Msg): { stream?: unknown; seq?: unknown; error?: ApiFailure } {
  try {
    return reply.json();
  } catch {
    return {};
  }
}
