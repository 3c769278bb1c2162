import type { ConnectionOptions } from 'node:tls';
import type { NatsOptions } from '@nestjs/microservices';
import type { ServiceOptions } from '#client';

/** How messages are sent to instances over NATS. */
export interface NatsTarget {
  /** Options of Nest's own NATS client: servers, login. */
  readonly options: NonNullable<NatsOptions['options']>;
  /**
   * `prefixed` (default): to `<subject of the endpoint>.<pattern>`. `bare`: to the pattern itself, where instances
   * listen as plain Nest servers in a queue group; the broker then chooses among them.
   */
  readonly subjects?: 'prefixed' | 'bare';
}

/** How messages to one service are sent. What is left out is as the policy of the service says. */
export interface MessageClientOptions extends Omit<ServiceOptions, 'protocol'> {
  /** A message takes no longer, repeated attempts included, in ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** Silence of an instance longer than this, before a value or between two of them, fails the attempt. Default 3,000. */
  readonly attemptTimeoutMs?: number;
  /** Attempts that may reach an instance, the first included. Default 3. */
  readonly attemptsMax?: number;
  /** Repeated attempts may be this share of all messages, in percent. Default 20. */
  readonly retryBudgetPercent?: number;
  /** A connection that is not made in so long has failed, in ms. Default 1,000. */
  readonly connectTimeoutMs?: number;
  /**
   * Patterns whose handlers may run twice for one message: only these are repeated once they may have reached an
   * instance. True: all. Default: none.
   */
  readonly idempotent?: boolean | readonly unknown[];
  /** Larger messages are refused before they are sent, in bytes of JSON. Default 16 MiB. */
  readonly messageBytesMax?: number;
  /** TLS of TCP endpoints. */
  readonly tls?: ConnectionOptions;
  /** Absent: instances are called by their TCP endpoints. */
  readonly nats?: NatsTarget;
}

/** One client to inject by its name. */
export interface MessageClient extends MessageClientOptions {
  /** Injection token, for `@Inject('PAYMENTS')`. */
  readonly name: string | symbol;
  /** The service it calls. */
  readonly service: string;
}

/** What of the options concerns the choice of an instance. */
export function serviceOptionsOf(options: MessageClientOptions): ServiceOptions {
  const {
    timeoutMs: _timeoutMs,
    attemptTimeoutMs: _attemptTimeoutMs,
    attemptsMax: _attemptsMax,
    retryBudgetPercent: _retryBudgetPercent,
    connectTimeoutMs: _connectTimeoutMs,
    idempotent: _idempotent,
    messageBytesMax: _messageBytesMax,
    tls: _tls,
    nats: _nats,
    ...rest
  } = options;
  return rest;
}
