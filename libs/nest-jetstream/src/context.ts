import type { JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/nats-core';
import { BaseRpcContext } from '@nestjs/microservices';
import { type CloudEvent, readCloudEvent } from './read/cloud-event.js';

/** What becomes of an event. */
export type Settlement =
  | { readonly how: 'ack' }
  | { readonly how: 'retry'; readonly afterMs: number | undefined }
  | { readonly how: 'dead-letter'; readonly reason: string };

/**
 * What a handler may know of an event, and do with it: `@Ctx() context: JetStreamContext`. A handler that returns
 * has handled the event, one that throws has failed; it needs the three verbs only to decide otherwise.
 */
export class JetStreamContext extends BaseRpcContext<[JsMsg]> {
  readonly #message: JsMsg;
  readonly #settle: (settlement: Settlement) => void;

  constructor(
    message: JsMsg,
    /** Aborted when the handler took too long, or did not end in time at shutdown. */
    readonly signal: AbortSignal,
    /** The first settlement counts, and at once. */
    settle: (settlement: Settlement) => void,
  ) {
    super([message]);
    this.#message = message;
    this.#settle = settle;
  }

  get subject(): string {
    return this.#message.subject;
  }

  get headers(): MsgHdrs | undefined {
    return this.#message.headers;
  }

  get stream(): string {
    return this.#message.info.stream;
  }

  /** Position in the stream: the same at every try, and so a key for idempotent handlers. */
  get sequence(): number {
    return this.#message.info.streamSequence;
  }

  /** 1 for the first try. */
  get deliveries(): number {
    return this.#message.info.deliveryCount;
  }

  /** When the broker stored the event. */
  get storedAt(): Date {
    return new Date(Math.floor(this.#message.info.timestampNanos / 1e6));
  }

  /** Events of the pattern that wait behind this one. */
  get pending(): number {
    return this.#message.info.pending;
  }

  /** Attributes of a CloudEvent in binary mode; undefined for any other message. */
  get cloudEvent(): CloudEvent | undefined {
    return readCloudEvent(this.headers);
  }

  /** The event is done, whatever becomes of the handler from now on. */
  ack(): void {
    this.#settle({ how: 'ack' });
  }

  /** Deliver it again, after so long or as the backoff says. It counts as a try. */
  retry(afterMs?: number): void {
    this.#settle({ how: 'retry', afterMs });
  }

  /** Give it up now: no further try would help. */
  deadLetter(reason: string): void {
    this.#settle({ how: 'dead-letter', reason });
  }
}
