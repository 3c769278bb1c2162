import {
  type Consumer,
  type ConsumerMessages,
  jetstream,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/nats-core';
import { errorText, type StreamNames, type Subjects } from '#contracts';
import type { Leadership, LeadershipHandlers, Log } from '#application';
import { brokerError } from '#nats';
import { TickAge } from './tick-age.js';

export interface ElectionOptions {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  readonly domain?: string;
  /** What is led: each role has a leader of its own. */
  readonly role: string;
  /** Name of this candidate, which its ticks carry. */
  readonly candidate?: string;
  readonly log: Log;
}

/** Every candidate says so often that it is there. */
const TICK_MS = 400;
/** The broker gives the pin to another candidate when the holder has not pulled for so long. */
const PIN_MS = 2_000;
/** A leader that has heard no tick for so long no longer believes that it leads. Shorter than PIN_MS. */
const DOUBT_MS = 1_600;
const PULL_EXPIRES_MS = 1_000;
const GROUP = 'leader';

/**
 * Leadership by the broker's `pinned_client` priority group: the broker delivers the ticks of one role to one
 * candidate only. Who receives them leads; who no longer does, has been deposed, also when it was asleep.
 */
export class Election implements Leadership {
  readonly #options: ElectionOptions;
  readonly #subject: string;
  #handlers: LeadershipHandlers | undefined;
  #messages: ConsumerMessages | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #age = new TickAge(DOUBT_MS);
  #heardAtMs = -Infinity;
  #isLeader = false;
  #isStopped = false;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#subject = `${options.subjects.prefix}election.v1.${options.role}`;
  }

  get isLeader(): boolean {
    return this.#isLeader && performance.now() - this.#heardAtMs < DOUBT_MS;
  }

  async start(handlers: LeadershipHandlers): Promise<void> {
    this.#handlers = handlers;
    await this.#ensureConsumer();
    void this.#listen();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    const wasLeader = this.#isLeader;
    this.#isLeader = false;
    await this.#messages?.close().catch(() => undefined);
    if (!wasLeader || this.#options.connection.isClosed()) return;
    // Without this the next leader would be found only after PIN_MS.
    const { manager, streams, role } = this.#options;
    await manager.consumers.unpin(streams.election, role, GROUP).catch((error: unknown) => {
      this.#options.log.warn('could not hand leadership over', { role, error: errorText(error) });
    });
    this.#options.connection.publish(this.#subject, 'unpinned');
    await this.#options.connection.flush().catch(() => undefined);
  }

  #tick(): void {
    if (!this.#options.connection.isClosed())
      this.#options.connection.publish(this.#subject, this.#options.candidate ?? 'tick');
    if (this.#isLeader && performance.now() - this.#heardAtMs > DOUBT_MS) this.#depose();
  }

  #onTick(tick: JsMsg): void {
    const nowMs = performance.now();
    if (!this.#age.isFresh(tick.info.timestampNanos / 1e6, nowMs)) return;
    const wasInDoubt = nowMs - this.#heardAtMs >= DOUBT_MS;
    this.#heardAtMs = nowMs;
    if (this.#isStopped) return;
    // In doubt it said that it does not lead: whoever believed that and stood back must be told that it leads again.
    if (this.#isLeader && wasInDoubt) this.#depose();
    if (this.#isLeader) return;
    this.#isLeader = true;
    this.#options.log.info('elected', { role: this.#options.role });
    this.#handlers?.onElected();
  }

  #depose(): void {
    this.#isLeader = false;
    this.#options.log.info('deposed', { role: this.#options.role });
    this.#handlers?.onDeposed();
  }

  async #ensureConsumer(): Promise<Consumer> {
    const { manager, streams, role, domain, connection } = this.#options;
    try {
      await manager.consumers.add(streams.election, {
        durable_name: role,
        ack_policy: 'none',
        deliver_policy: 'new',
        filter_subject: this.#subject,
        priority_groups: [GROUP],
        priority_policy: 'pinned_client',
        priority_timeout: nanos(PIN_MS),
      } as unknown as Parameters<JetStreamManager['consumers']['add']>[1]);
      return await jetstream(connection, domain === undefined ? {} : { domain }).consumers.get(
        streams.election,
        role,
      );
    } catch (error) {
      throw brokerError(error, `joining the election "${role}"`);
    }
  }

  /** Pulls for ever. A consumer that stops (stream or consumer gone, broker restarted) is opened again. */
  async #listen(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const consumer = await this.#ensureConsumer();
        const pull = {
          group: GROUP,
          max_messages: 16,
          expires: PULL_EXPIRES_MS,
          // Else it pulls for ever from a consumer that is no longer there.
          abort_on_missing_resource: true,
          callback: (tick: JsMsg) => this.#onTick(tick),
        };
        this.#messages = await consumer.consume(pull);
        if (this.#isStopped) await this.#messages.close();
        await this.#messages.closed();
      } catch (error) {
        if (!this.#isStopped)
          this.#options.log.warn('the election is interrupted', { error: errorText(error) });
      }
      if (!this.#isStopped) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
