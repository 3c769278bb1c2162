import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  headerNames,
  isRollcallError,
  limits,
  type NewEvent,
  type StreamNames,
  type Subjects,
} from '#contracts';
import { encodeEvent } from '../codec/encode.js';
import { asSaidFirst, placeOf } from '../read/carried.js';
import { type LastMessage, lastMessage, type Reads } from '../read/last-message.js';
import { type Batch, publishBatch } from './batch.js';
import { GroupCommit } from './group-commit.js';
import { AckPublisher, type BatchOutgoing } from './publisher.js';

/** How many events may carry the expected revision of their aggregate. 0 means: nobody has written yet. */
export interface Guard {
  readonly expectedRevision?: number;
}

export interface JournalPlace {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  /** JetStream domain of a broker reached through a leaf node. */
  readonly domain?: string;
}

/** A replica catches up in milliseconds; a longer wait helps nobody. */
const BEHIND_MS_MAX = 2_000;
const BEHIND_PAUSE_MS = 20;

/** Appends events to the journal, exactly once each, whatever the connection does meanwhile. */
export class JournalWriter {
  readonly #place: JournalPlace;
  readonly #publisher: AckPublisher;
  readonly #commit: GroupCommit;
  readonly #manager: Promise<JetStreamManager>;

  constructor(place: JournalPlace) {
    this.#place = place;
    this.#publisher = new AckPublisher(place.connection, { stream: place.streams.journal });
    this.#commit = new GroupCommit({
      one: async (outgoing) => (await this.#publisher.publish(outgoing)).sequence,
      all: (group) => this.#publishAll(group, limits.publishTimeoutMs),
    });
    this.#manager = jetstreamManager(place.connection, {
      checkAPI: false,
      timeout: limits.publishTimeoutMs,
      ...(place.domain === undefined ? {} : { domain: place.domain }),
    });
  }

  /**
   * Returns the event's sequence once it is stored and synced.
   * @throws ROLLCALL_REVISION_CONFLICT when somebody else wrote the aggregate since the expected revision
   */
  async append(event: NewEvent, guard: Guard = {}): Promise<number> {
    const outgoing = this.#outgoing(event, guard);
    try {
      return await this.#commit.publish(outgoing);
    } catch (error) {
      // The ack may have been lost: then the retry conflicts with our own first attempt.
      const stored = isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')
        ? await this.#ownMessage(outgoing, event.id, guard)
        : undefined;
      if (stored !== undefined) return stored.sequence;
      const [renewed] = await this.#renewed([event], [guard], error);
      if (renewed === undefined) throw error;
      // Once more at most: no event says again one that stands where a carried one stands.
      return await this.append(event, renewed);
    }
  }

  /** Appends all events or none. Returns the sequence of the last; they are consecutive. */
  async appendBatch(events: readonly (NewEvent & Guard)[]): Promise<number> {
    try {
      return await this.#publishAll(this.#batchOf(events, events));
    } catch (error) {
      const renewed = await this.#renewed(events, events, error);
      if (renewed.length === 0) throw error;
      return await this.#publishAll(this.#batchOf(events, renewed));
    }
  }

  /**
   * After a conflict: the same guards, with the place of the carried event where the expected one was carried since.
   * Empty when none was: then the conflict is real.
   */
  async #renewed(events: readonly NewEvent[], guards: readonly Guard[], error: unknown): Promise<Guard[]> {
    if (!isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) return [];
    const manager = await this.#manager;
    const renewed: Guard[] = [];
    for (const [index, { aggregate }] of events.entries()) {
      const { expectedRevision } = guards[index] ?? {};
      const subject = this.#place.subjects.journal(aggregate);
      const last = expectedRevision
        ? await lastMessage(manager, this.#place.streams.journal, subject, 'leader')
        : undefined;
      const place = expectedRevision === undefined ? undefined : placeOf(last, expectedRevision);
      renewed.push(place === undefined ? (guards[index] ?? {}) : { expectedRevision: place });
    }
    const isNew = renewed.some(
      ({ expectedRevision }, index) => expectedRevision !== guards[index]?.expectedRevision,
    );
    return isNew ? renewed : [];
  }

  /** The last message on an aggregate's subject: its revision, and what was said. Carried, as it was said first. */
  async last(aggregate: NewEvent['aggregate'], reads: Reads = 'any'): Promise<LastMessage | undefined> {
    const subject = this.#place.subjects.journal(aggregate);
    const last = await lastMessage(await this.#manager, this.#place.streams.journal, subject, reads);
    return last === undefined ? undefined : asSaidFirst(last);
  }

  close(): void {
    this.#publisher.close();
  }

  async #publishAll(messages: Batch, timeoutMs?: number): Promise<number> {
    const { connection, streams } = this.#place;
    return (await publishBatch(connection, streams.journal, messages, timeoutMs)).lastSequence;
  }

  /** Each is encoded when it is sent and then forgotten: a thousand kept until the answer are what costs most. */
  #batchOf(events: readonly NewEvent[], guards: readonly Guard[]): Batch {
    const at = (index: number): BatchOutgoing =>
      this.#outgoing(events[index] as NewEvent, guards[index] ?? {});
    return { length: events.length, at };
  }

  #outgoing(event: NewEvent, { expectedRevision }: Guard): BatchOutgoing {
    const encoded = encodeEvent(event);
    if (expectedRevision !== undefined) {
      encoded.headers.put('Nats-Expected-Last-Subject-Sequence', String(expectedRevision));
    }
    return { subject: this.#place.subjects.journal(event.aggregate), ...encoded };
  }

  /**
   * A conflict proves that the subject has another last message than was expected: a replica that does not show one
   * is behind, and is asked again.
   */
  async #ownMessage(
    outgoing: BatchOutgoing,
    id: string,
    { expectedRevision }: Guard,
  ): Promise<LastMessage | undefined> {
    const manager = await this.#manager;
    const deadlineMs = performance.now() + BEHIND_MS_MAX;
    for (;;) {
      const last = await lastMessage(manager, this.#place.streams.journal, outgoing.subject);
      if (last?.headers.get(headerNames.messageId) === id) return last;
      const isBehind = (last?.sequence ?? 0) === expectedRevision;
      if (!isBehind || performance.now() > deadlineMs) return undefined;
      await delay(BEHIND_PAUSE_MS);
    }
  }
}
