import {
  type ConsumerMessages,
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/nats-core';
import { type ConfigScheduleAggregateId, errorText, type StreamNames, type Subjects } from '#contracts';
import type { Log, OpenReader, ScheduleTimers } from '#application';
import { brokerError } from '#nats';

/** One consumer for every process: each due schedule is handed to one of them. */
const CONSUMER = 'config-service';
/** What a process that ended held is handed to another after so long. */
const ACK_WAIT_MS = 30_000;
const RETRY_MS = 1_000;
/** A reminder nobody took is gone after so long; who starts sets the timer anew, because the journal still waits. */
const DUE_TTL = '1h';

export interface TimersPlace {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  readonly domain?: string;
  readonly log: Log;
}

/** Timers as scheduled messages of the broker (ADR-51): one message a schedule, replaced when it is set anew. */
export class JetStreamScheduleTimers implements ScheduleTimers {
  readonly #place: TimersPlace;
  readonly #client: JetStreamClient;

  constructor(place: TimersPlace) {
    this.#place = place;
    this.#client = jetstream(place.connection, place.domain === undefined ? {} : { domain: place.domain });
  }

  async arm(id: ConfigScheduleAggregateId, atMs: number): Promise<void> {
    const { subjects } = this.#place;
    const schedule = { specification: new Date(atMs), target: subjects.due(id), ttl: DUE_TTL };
    try {
      await this.#client.publish(subjects.schedule(id), JSON.stringify({ atMs }), { schedule, retries: 10 });
    } catch (error) {
      throw brokerError(error, `setting the timer "${subjects.schedule(id)}"`);
    }
  }

  async disarm(id: ConfigScheduleAggregateId): Promise<void> {
    const { manager, streams, subjects } = this.#place;
    try {
      await manager.streams.purge(streams.schedules, { filter: subjects.schedule(id) });
    } catch (error) {
      throw brokerError(error, `taking the timer "${subjects.schedule(id)}" away`);
    }
  }

  async listen(handler: (id: ConfigScheduleAggregateId, atMs: number) => Promise<void>): Promise<OpenReader> {
    const listening = { isOver: false, messages: undefined as ConsumerMessages | undefined };
    void this.#keepListening(listening, (message) => void this.#onDue(message, handler));
    return {
      close: () => {
        listening.isOver = true;
        void listening.messages?.close().catch(() => undefined);
      },
    };
  }

  /** Pulls for ever; a consumer that stops (broker restarted, stream gone) is opened again. */
  async #keepListening(
    listening: { isOver: boolean; messages: ConsumerMessages | undefined },
    callback: (message: JsMsg) => void,
  ): Promise<void> {
    while (!listening.isOver) {
      try {
        const consumer = await this.#consumer();
        const messages = await consumer.consume({
          max_messages: 64,
          expires: 2_000,
          abort_on_missing_resource: true,
          callback,
        });
        listening.messages = messages;
        if (listening.isOver) await messages.close();
        await messages.closed();
      } catch (error) {
        if (!listening.isOver) {
          this.#place.log.warn('due schedules are not heard', { error: errorText(error) });
        }
      }
      if (!listening.isOver) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #consumer() {
    const { manager, streams, subjects } = this.#place;
    await manager.consumers.add(streams.schedules, {
      durable_name: CONSUMER,
      ack_policy: 'explicit',
      ack_wait: nanos(ACK_WAIT_MS),
      deliver_policy: 'all',
      filter_subject: subjects.dueAll,
    });
    return this.#client.consumers.get(streams.schedules, CONSUMER);
  }

  async #onDue(
    message: JsMsg,
    handler: (id: ConfigScheduleAggregateId, atMs: number) => Promise<void>,
  ): Promise<void> {
    const id = this.#place.subjects.parseDue(message.subject);
    if (id === undefined) {
      message.ack();
      return;
    }
    try {
      await handler(id, message.info.timestampNanos / 1e6);
      message.ack();
    } catch (error) {
      this.#place.log.warn('a scheduled change could not be made yet', {
        subject: message.subject,
        error: errorText(error),
      });
      if (!this.#place.connection.isClosed()) message.nak(RETRY_MS);
    }
  }
}
