import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { errorText, RollcallError } from '#contracts';
import { brokerError, watchConnection } from '#nats';
import { inSpan, type SpanPlan, traceContextOf } from '#tracing';
import { type Line, openLine } from '../connection.js';
import type { JetStreamContext } from '../context.js';
import type { DeadLetterOptions, HandlerOptions, HandlerPlan, JetStreamServerOptions } from '../options.js';
import { invalid, planHandler } from '../plan.js';
import { readJson } from '../read/read-message.js';
import { DeadLetters } from '../settle/dead-letters.js';
import { ensureStream, findStream, readStream } from '../streams/find-stream.js';
import { openConsumer } from '../streams/open-consumer.js';
import { JETSTREAM } from '../transport.js';
import { Worker } from './worker.js';

const SHUTDOWN_MS = 10_000;

/** What the transport did since it was started, and does now. */
export interface JetStreamCounts {
  readonly handled: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly running: number;
}

/**
 * Durable `@EventPattern` handlers on JetStream, for Nest: `{ strategy: new JetStreamServer({ ... }) }`.
 *
 * Every pattern has a durable consumer, shared by all replicas with the same `durable`. A handler that returns
 * acknowledges; one that throws is tried again after the backoff, and at last its event becomes a dead letter.
 * Nothing is ever sent to the reply subject of a publisher, so acknowledgements of publishes stay what they are.
 */
export class JetStreamServer
  extends Server<never, 'connected' | 'disconnected'>
  implements CustomTransportStrategy
{
  override readonly transportId = JETSTREAM;
  /** The failure of a handler is ours to report. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: JetStreamServerOptions;
  readonly #workers: Worker[] = [];
  readonly #deadLetters = new Map<string, DeadLetters>();
  readonly #counts = { handled: 0, retried: 0, deadLettered: 0 };
  #line: Line | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(options: JetStreamServerOptions) {
    super();
    this.#options = options;
  }

  get counts(): JetStreamCounts {
    const running = this.#workers.reduce((sum, worker) => sum + worker.runningCount, 0);
    return { ...this.#counts, running };
  }

  /** Called by Nest. Hands errors to the callback: what is misconfigured stops the app at its start. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    callback(await this.#tryToStart());
  }

  /** Takes no more events, waits for running handlers, gives back what does not end in time. */
  async close(): Promise<void> {
    const { shutdownTimeoutMs = SHUTDOWN_MS } = this.#options;
    await Promise.all(this.#workers.splice(0).map((worker) => worker.stop(shutdownTimeoutMs)));
    for (const deadLetters of this.#deadLetters.values()) deadLetters.close();
    this.#deadLetters.clear();
    this.#stopWatching?.();
    await this.#line?.close();
    this.#line = undefined;
  }

  on(): never {
    throw new Error('the JetStream transport has no events of its own: subscribe to "status"');
  }

  /** The connection to the broker. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the shape Server asks for
  unwrap<Connection = NatsConnection>(): Connection {
    if (this.#line === undefined)
      throw new Error('not connected: listen() has not been called, or close() has');
    return this.#line.connection as Connection;
  }

  /** @returns what went wrong */
  async #tryToStart(): Promise<unknown> {
    try {
      await this.#start();
      return undefined;
    } catch (error) {
      await this.close().catch(() => undefined);
      return error;
    }
  }

  async #start(): Promise<void> {
    const plans = this.#plans();
    const line = await openLine(this.#options.connection, `rollcall transport ${this.#options.durable}`);
    this.#line = line;
    this.#stopWatching = watchConnection(line.connection, {
      onReconnect: () => {
        this._status$.next('connected');
        for (const worker of this.#workers) worker.onReconnect();
      },
      onDisconnect: () => this._status$.next('disconnected'),
      onError: (error) => this.logger.error(errorText(error)),
    });
    this._status$.next('connected');
    const manager = await this.#manager(line.connection);
    if (this.#options.ensureStream !== undefined) await ensureStream(manager, this.#options.ensureStream);
    for (const [plan, handler] of plans) await this.#startWorker(manager, plan, handler);
  }

  #plans(): [HandlerPlan, MessageHandler][] {
    return [...this.getHandlers()].map(([pattern, handler]) => {
      if (handler.isEventHandler !== true) {
        throw invalid(
          `the handler of "${pattern}" is a @MessagePattern, and a stream knows no replies: use @EventPattern, or another transport for requests`,
        );
      }
      const plan = planHandler(pattern, this.#options, handler.extras as HandlerOptions | undefined);
      return [plan, handler];
    });
  }

  async #manager(connection: NatsConnection): Promise<JetStreamManager> {
    const { domain } = this.#options;
    try {
      return await jetstreamManager(connection, domain === undefined ? {} : { domain });
    } catch (error) {
      throw brokerError(error, 'asking for JetStream');
    }
  }

  async #startWorker(manager: JetStreamManager, plan: HandlerPlan, handler: MessageHandler): Promise<void> {
    const { connection } = this.#line as Line;
    const stream = plan.stream ?? (await findStream(manager, plan.pattern));
    const config = await readStream(manager, stream);
    if (config === undefined)
      throw new RollcallError('ROLLCALL_STREAM_MISSING', `there is no stream "${stream}"`);
    if (plan.deadLetter === undefined && config.retention !== 'limits') {
      throw invalid(
        `the stream "${stream}" forgets what was settled (retention "${config.retention}"), so "deadLetter" must say where an event goes that is given up, or be false`,
      );
    }
    const parts = {
      plan,
      run: (payload: unknown, context: JetStreamContext) =>
        inSpan(spanOf(context), () => this.#run(handler, payload, context)),
      read: this.#options.read ?? readJson,
      deadLetters: plan.deadLetter ? await this.#deadLettersTo(manager, plan.deadLetter) : undefined,
      logger: this.logger,
      counts: this.#counts,
    };
    const place = { connection, manager, domain: this.#options.domain, stream };
    const worker = new Worker(parts, () => openConsumer(place, plan));
    worker.start(await openConsumer(place, plan));
    this.#workers.push(worker);
  }

  async #deadLettersTo(manager: JetStreamManager, wanted: DeadLetterOptions): Promise<DeadLetters> {
    let found = this.#deadLetters.get(wanted.subject);
    if (found === undefined) {
      if (wanted.ensureStream !== undefined) await ensureStream(manager, wanted.ensureStream);
      const stream = await findStream(manager, wanted.subject);
      found = new DeadLetters((this.#line as Line).connection, wanted.subject, stream);
      this.#deadLetters.set(wanted.subject, found);
    }
    return found;
  }

  /** Resolves when the handler, and every stream it returns, has ended. A hook may return nothing to wait for. */
  #run(handler: MessageHandler, payload: unknown, context: JetStreamContext): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onProcessingStartHook(this.transportId, context, async () => {
        try {
          const result: unknown = await handler(payload, context);
          if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
          resolve();
        } catch (error) {
          reject(error);
        } finally {
          this.onProcessingEndHook?.(this.transportId, context);
        }
      });
    });
  }
}

/** The try goes on with the trace of whoever published the event. */
function spanOf({ subject, headers, stream, sequence, deliveries }: JetStreamContext): SpanPlan {
  return {
    name: `process ${subject}`,
    kind: 'consumer',
    parent: traceContextOf((name) => headers?.get(name) || undefined),
    attributes: {
      'messaging.system': 'nats',
      'messaging.destination.name': stream,
      'messaging.message.id': String(sequence),
      'messaging.message.delivery_attempt': deliveries,
    },
  };
}
