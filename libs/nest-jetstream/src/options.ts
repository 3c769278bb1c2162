import type { StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { BrokerAccess } from '#nats';
import type { MessageReader } from './read/read-message.js';

/** Where a durable consumer that is made for the first time begins. */
export type StartAt = 'all' | 'new' | { readonly sequence: number } | { readonly time: Date };

/** A stream that is created when there is none of that name. One that exists is never changed. */
export type StreamToEnsure = Pick<StreamConfig, 'name' | 'subjects'> &
  Partial<Omit<StreamConfig, 'name' | 'subjects'>>;

/** Where events go that are given up. */
export interface DeadLetterOptions {
  /** A stream must store this subject. */
  readonly subject: string;
  readonly ensureStream?: StreamToEnsure;
}

/** What may be said for all handlers, and for one: as the extras of its `@EventPattern`. */
export interface HandlerOptions {
  /** Stream the events are read from. Default: the one that stores the pattern. */
  readonly stream?: string;
  /** Handlers that run at once in this process. Default 10. */
  readonly concurrency?: number;
  /**
   * Events of the pattern that may be delivered and not settled, in all replicas together; those that wait for
   * their next try count. With 1 (and a concurrency of 1) events are handled strictly in order. Default 1,000.
   */
  readonly maxAckPending?: number;
  /** How long after a process died its events are delivered to another. Default 30,000. */
  readonly ackWaitMs?: number;
  /** Waiting times before the second, third ... try; the last one repeats. Default 1, 5, 30 seconds and 2 minutes. */
  readonly backoffMs?: readonly number[];
  /** Tries before an event is given up. Default 5. */
  readonly maxDeliveries?: number;
  /** A handler that takes longer has failed; `context.signal` is aborted. Default 300,000. */
  readonly handlerTimeoutMs?: number;
  readonly start?: StartAt;
  /**
   * Where events go that are given up. False: nowhere, they are only marked as terminated, and logged. Must be
   * given for streams that forget what was settled (retention `workqueue` and `interest`).
   */
  readonly deadLetter?: DeadLetterOptions | false;
}

export interface JetStreamServerOptions extends HandlerOptions {
  /** How to reach the broker, or an open connection, which then stays the caller's. */
  readonly connection: BrokerAccess | NatsConnection;
  /** JetStream domain, when the broker is reached through a leaf node. */
  readonly domain?: string;
  /**
   * Name of the replicas that share the work, such as the service's. Consumers are named
   * `<durable>-<pattern>-<checksum>`; with the same name a restarted service goes on where it stopped.
   */
  readonly durable: string;
  readonly ensureStream?: StreamToEnsure;
  /** How bodies are read. Default: JSON; CloudEvents in binary mode and Nest's `{pattern, data}` are understood. */
  readonly read?: MessageReader;
  /** Time running handlers have at shutdown; what they leave is delivered to others at once. Default 10,000. */
  readonly shutdownTimeoutMs?: number;
}

/** Options of one handler with nothing left open. */
export interface HandlerPlan {
  readonly pattern: string;
  /** Name of its durable consumer. */
  readonly consumer: string;
  readonly stream: string | undefined;
  readonly concurrency: number;
  readonly maxAckPending: number;
  readonly ackWaitMs: number;
  readonly backoffMs: readonly number[];
  readonly maxDeliveries: number;
  readonly handlerTimeoutMs: number;
  readonly start: StartAt;
  readonly deadLetter: DeadLetterOptions | false | undefined;
}
