import { headers, type Msg, type Subscription } from '@nats-io/nats-core';
import type { HeartbeatBody, ProbeAnswer } from '#contracts';
import type { ApiFailure } from '#nats';
import { monotonicMs } from './clock.js';
import type { Line, LineMember } from './line.js';
import type { LagWindow } from './loop-lag.js';
import type { HeartOrder } from './order.js';
import type { VitalsReader } from './vitals-reader.js';

// This file runs on the heart's thread, which loads nothing of the house but types: a third of the memory.

/** An unanswered beat is sent again after so long, then after twice that, and so on, up to a second. */
const ATTEMPT_MS = 100;
const ATTEMPT_MS_MAX = 1_000;

/** What keeps a heart from beating, as plain data. */
export type HeartTrouble =
  | { readonly kind: 'refused'; readonly failure: ApiFailure }
  | { readonly kind: 'denied'; readonly text: string };

export interface PulseHandlers {
  /** A beat was acknowledged; time by `monotonicMs()`. */
  readonly onBeaten: (atMs: number) => void;
  readonly onTrouble: (trouble: HeartTrouble) => void;
}

/**
 * Beats and answers probes over one line. One beat at most is under way: while the broker is silent that one is
 * repeated, and no heap of old ones follows.
 */
export class Pulse implements LineMember {
  readonly #line: Line;
  readonly #order: HeartOrder;
  readonly #vitals: VitalsReader;
  readonly #handlers: PulseHandlers;
  readonly #key: number;
  readonly #probes: Subscription;
  readonly #lag: LagWindow;
  #ticks: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #beat = 0;
  #attempts = 0;
  /** The longest delay that no acknowledged beat has told yet. */
  #lagMs = 0;

  constructor(line: Line, order: HeartOrder, vitals: VitalsReader, handlers: PulseHandlers) {
    this.#line = line;
    this.#order = order;
    this.#vitals = vitals;
    this.#handlers = handlers;
    this.#lag = vitals.lag.open();
    this.#key = line.join(this);
    const callback = (error: Error | null, probe: Msg): void => void (error ?? this.#onProbe(probe));
    this.#probes = line.connection.subscribe(order.probeSubject, { callback });
    if (order.heartbeatMs === undefined) return;
    this.#ticks = setInterval(() => this.#onTick(), order.heartbeatMs);
    this.#begin();
  }

  get beatSubject(): string {
    return this.#order.beatSubject;
  }

  stop(): void {
    clearInterval(this.#ticks);
    this.#ticks = undefined;
    this.#rest();
    this.#lag.close();
    this.#line.leave(this.#key);
    if (!this.#line.connection.isClosed()) this.#probes.unsubscribe();
  }

  /** The new connection has a new name, so what is under way is no longer true. */
  onReconnect(): void {
    this.#begin();
  }

  /** Only an acknowledgement by the stream counts: anybody who hears the beat could answer. */
  onReply(beat: number, reply: Msg): void {
    // "No responders" means that the stream has no leader at this moment; the beat is repeated anyway.
    if (beat !== this.#beat || this.#retry === undefined || reply.headers?.code === 503) return;
    const { stream, seq, error } = parsed(reply);
    if (typeof error?.description === 'string') {
      this.#rest();
      this.#handlers.onTrouble({ kind: 'refused', failure: error });
    } else if (stream === this.#order.stream && Number.isSafeInteger(seq)) {
      this.#rest();
      this.#lagMs = 0;
      this.#handlers.onBeaten(monotonicMs());
    }
  }

  onDenied(text: string): void {
    this.#rest();
    this.#handlers.onTrouble({ kind: 'denied', text });
  }

  #onTick(): void {
    if (this.#retry === undefined) this.#begin();
  }

  #begin(): void {
    if (this.#ticks === undefined) return;
    this.#beat += 1;
    this.#attempts = 0;
    this.#send();
  }

  /** Nothing is under way until the next beat is due. */
  #rest(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #send(): void {
    this.#rest();
    if (!this.#line.isUp || this.#hangs()) return;
    this.#retry = setTimeout(() => this.#send(), Math.min(ATTEMPT_MS * 2 ** this.#attempts, ATTEMPT_MS_MAX));
    this.#attempts += 1;
    const head = headers();
    head.set('Nats-TTL', `${this.#order.ttlSeconds}s`);
    head.set('content-type', 'application/json');
    const payload = JSON.stringify(this.#body());
    this.#line.send(this.#key, this.#beat, { subject: this.beatSubject, payload, headers: head });
  }

  #body(): HeartbeatBody {
    this.#lagMs = Math.max(this.#lagMs, this.#lag.take());
    const { info } = this.#line.connection;
    return {
      at: new Date().toISOString(),
      // As a disconnect advisory of the server would name it.
      ...(info === undefined ? {} : { connection: { serverId: info.server_id, clientId: info.client_id } }),
      eventLoopLagMs: this.#lagMs,
      ...this.#vitals.facts,
    };
  }

  #onProbe(probe: Msg): void {
    if (this.#hangs()) return;
    const answer: ProbeAnswer = {
      incarnation: this.#order.incarnation,
      at: new Date().toISOString(),
      eventLoopLagMs: this.#vitals.lag.nowMs,
    };
    probe.respond(JSON.stringify(answer));
  }

  #hangs(): boolean {
    return this.#vitals.lag.nowMs > this.#order.hungAfterMs;
  }
}

function parsed(reply: Msg): { stream?: unknown; seq?: unknown; error?: ApiFailure } {
  try {
    return reply.json();
  } catch {
    return {};
  }
}
