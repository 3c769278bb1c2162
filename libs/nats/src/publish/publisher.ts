import {
  createInbox,
  errors,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type Subscription,
} from '@nats-io/nats-core';
import { limits, RollcallError } from '#contracts';
import { OutgoingHeaders } from '../codec/outgoing-headers.js';
import { apiError } from '../connection/broker-error.js';
import { watchConnection } from '../connection/status.js';
import { readAck, type StoredAck } from './ack.js';

export interface Outgoing {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers?: OutgoingHeaders | MsgHdrs;
}

/** One that may become part of a batch, which numbers its messages in their headers. */
export interface BatchOutgoing extends Outgoing {
  readonly headers: OutgoingHeaders;
}

interface Pending {
  readonly outgoing: Outgoing;
  readonly resolve: (ack: StoredAck) => void;
  readonly reject: (error: Error) => void;
  deadlineMs: number;
  attemptsLeft: number;
  /** First sent at this time. */
  readonly sentAtMs: number;
  /** Not sent again after this time, however many attempts are left. */
  readonly endsAtMs: number;
}

export interface PublisherOptions {
  /** Stream whose acknowledgements count. */
  readonly stream: string;
  /** One attempt, in ms. */
  readonly attemptTimeoutMs?: number;
  readonly attemptsMax?: number;
}

/**
 * Publishes with acknowledgement over one wildcard inbox and a map of what is pending: about five times the
 * rate of one request per message. Messages must carry a message id or an expected sequence, because an
 * unanswered message is sent again, also as soon as the connection is back.
 */
export class AckPublisher {
  readonly #connection: NatsConnection;
  readonly #stream: string;
  readonly #attemptTimeoutMs: number;
  readonly #attemptsMax: number;
  readonly #inbox: string;
  readonly #pending = new Map<string, Pending>();
  readonly #subscription: Subscription;
  readonly #sweep: NodeJS.Timeout;
  readonly #stopWatching: () => void;
  #next = 0;
  #closed = false;

  constructor(connection: NatsConnection, options: PublisherOptions) {
    this.#connection = connection;
    this.#stream = options.stream;
    this.#attemptTimeoutMs = options.attemptTimeoutMs ?? limits.publishTimeoutMs;
    this.#attemptsMax = options.attemptsMax ?? limits.publishAttemptsMax;
    // connection.options exists at run time; the type does not show it.
    const { inboxPrefix } = (connection as unknown as { options?: { inboxPrefix?: string } }).options ?? {};
    this.#inbox = createInbox(inboxPrefix);
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error === null ? this.#onReply(message) : this.#failAll(error)),
    });
    this.#sweep = setInterval(() => this.#onSweep(), 50).unref();
    this.#stopWatching = watchConnection(connection, {
      onReconnect: () => this.#resendAll(),
      onError: (error) => this.#onError(error),
    });
  }

  /** Messages sent and not yet acknowledged. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /**
   * Resolves when the stream has stored the message.
   * @throws ROLLCALL_REVISION_CONFLICT, ROLLCALL_NOT_ACKNOWLEDGED, ROLLCALL_BROKER_DENIED, ROLLCALL_BROKER_DISK_FULL
   */
  publish(outgoing: Outgoing): Promise<StoredAck> {
    if (this.#closed)
      return Promise.reject(new RollcallError('ROLLCALL_UNAVAILABLE', 'the publisher is closed'));
    if (this.#pending.size >= limits.publishPendingMax) {
      const text = `${this.#pending.size} writes wait for the broker, the most allowed`;
      return Promise.reject(new RollcallError('ROLLCALL_UNAVAILABLE', text));
    }
    return new Promise((resolve, reject) => {
      const id = (this.#next++).toString(36);
      const sentAtMs = performance.now();
      const pending: Pending = {
        outgoing,
        resolve,
        reject,
        deadlineMs: 0,
        attemptsLeft: this.#attemptsMax,
        sentAtMs,
        endsAtMs: sentAtMs + this.#attemptsMax * this.#attemptTimeoutMs,
      };
      this.#pending.set(id, pending);
      this.#send(id, pending);
    });
  }

  /** Rejects what is pending and stops listening. The connection stays open: it belongs to the caller. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#sweep);
    this.#stopWatching();
    this.#failAll(
      new RollcallError('ROLLCALL_NOT_ACKNOWLEDGED', 'the publisher was closed before the broker answered'),
    );
    this.#subscription.unsubscribe();
  }

  #send(id: string, pending: Pending): void {
    const { subject, payload, headers } = pending.outgoing;
    pending.attemptsLeft -= 1;
    pending.deadlineMs = performance.now() + this.#attemptTimeoutMs;
    try {
      const reply = `${this.#inbox}.${id}`;
      const sent = headers instanceof OutgoingHeaders ? headers.toSend : headers;
      this.#connection.publish(subject, payload, sent === undefined ? { reply } : { reply, headers: sent });
    } catch (error) {
      this.#settle(id)?.reject(
        new RollcallError('ROLLCALL_NOT_ACKNOWLEDGED', `publishing on "${subject}" failed`, {
          cause: error,
        }),
      );
    }
  }

  #onReply(message: Msg): void {
    const id = message.subject.slice(this.#inbox.length + 1);
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    // "No responders": the stream has no leader at this moment. The sweep sends it again. An election takes
    // longer than so many quick refusals, so these use up the time that is left and not the attempts.
    if (message.headers?.code === 503) {
      if (performance.now() < pending.endsAtMs) pending.attemptsLeft += 1;
      pending.deadlineMs = Math.min(pending.deadlineMs, performance.now() + 50 + Math.random() * 100);
      return;
    }
    const reply = readAck(message.string(), this.#stream);
    if (reply.kind === 'stored') this.#settle(id)?.resolve(reply.ack);
    else if (reply.kind === 'failed') {
      this.#settle(id)?.reject(apiError(reply.failure, `writing "${pending.outgoing.subject}"`));
    }
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #onSweep(): void {
    const now = performance.now();
    for (const [id, pending] of this.#pending) {
      if (pending.deadlineMs > now) continue;
      if (pending.attemptsLeft > 0 && !this.#connection.isClosed()) this.#send(id, pending);
      else {
        const waitedMs = Math.round(now - pending.sentAtMs);
        const text = `the broker did not acknowledge "${pending.outgoing.subject}" within ${waitedMs} ms`;
        this.#settle(id)?.reject(new RollcallError('ROLLCALL_NOT_ACKNOWLEDGED', text));
      }
    }
  }

  #resendAll(): void {
    for (const [id, pending] of this.#pending) if (pending.attemptsLeft > 0) this.#send(id, pending);
  }

  #onError(error: Error): void {
    if (!(error instanceof errors.PermissionViolationError) || error.operation !== 'publish') return;
    for (const [id, pending] of this.#pending) {
      if (pending.outgoing.subject !== error.subject) continue;
      this.#settle(id)?.reject(
        new RollcallError(
          'ROLLCALL_BROKER_DENIED',
          `publishing on "${pending.outgoing.subject}" is not allowed`,
          {
            cause: error,
          },
        ),
      );
    }
  }

  #failAll(error: Error): void {
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(error);
  }
}
