import type { JetStreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import type { AuditBlock, AuditSource, AuditTrail, SignedCheckpoint, StoredEvent } from '#application';
import { AckPublisher, encodeJson, type JournalPlace, lastMessage, lastOnAny, readAll } from '#nats';
import { storedEvent } from './stored-event.js';

/** The audit trail in a stream that can neither be purged nor deleted from, and the journal it is about. */
export class JetStreamAudit implements AuditTrail, AuditSource {
  readonly #place: JournalPlace;
  readonly #manager: JetStreamManager;

  constructor(place: JournalPlace, manager: JetStreamManager) {
    this.#place = place;
    this.#manager = manager;
  }

  async readStored(
    { from, to, patterns }: Parameters<AuditSource['readStored']>[0],
    onEvent: (event: StoredEvent) => void,
  ): Promise<void> {
    const { streams, subjects, connection } = this.#place;
    const lead = subjects.journalAll.slice(0, -1);
    const filterSubjects = (patterns ?? ['>']).map((pattern) => lead + pattern);
    const last = await lastOnAny(this.#manager, streams.journal, filterSubjects);
    const until = Math.min(to, last?.sequence ?? 0);
    if (until < from) return;
    const order = { ...this.#order(streams.journal), from: { sequence: from }, filterSubjects, until };
    await readAll(connection, order, (message) => {
      if (message.seq <= to) onEvent(storedEvent(message));
    });
  }

  async last() {
    const { streams, subjects } = this.#place;
    const found = await lastMessage(this.#manager, streams.audit, subjects.auditBlock);
    if (found === undefined) return undefined;
    return { block: JSON.parse(found.text()) as AuditBlock, revision: found.sequence };
  }

  async append(block: AuditBlock, expectedRevision: number): Promise<number> {
    const head = headers();
    head.set('Nats-Expected-Last-Subject-Sequence', String(expectedRevision));
    head.set('Nats-Msg-Id', `block-${block.from}-${block.hashes.at(-1)}`);
    return this.#publish(this.#place.subjects.auditBlock, block, head);
  }

  async sign(checkpoint: SignedCheckpoint): Promise<void> {
    const head = headers();
    head.set('Nats-Msg-Id', `checkpoint-${checkpoint.sequence}-${checkpoint.signature}`);
    await this.#publish(this.#place.subjects.auditCheckpoint, checkpoint, head);
  }

  async readAll({ onBlock, onCheckpoint }: Parameters<AuditTrail['readAll']>[0]): Promise<void> {
    const { streams, subjects, connection } = this.#place;
    const both = [subjects.auditBlock, subjects.auditCheckpoint];
    const until = (await lastOnAny(this.#manager, streams.audit, both))?.sequence ?? 0;
    if (until === 0) return;
    await readAll(connection, { ...this.#order(streams.audit), until }, (message) => {
      if (message.subject === subjects.auditBlock) onBlock(message.json<AuditBlock>());
      else onCheckpoint(message.json<SignedCheckpoint>());
    });
  }

  async #publish(subject: string, value: object, head: ReturnType<typeof headers>): Promise<number> {
    const publisher = new AckPublisher(this.#place.connection, { stream: this.#place.streams.audit });
    try {
      return (await publisher.publish({ subject, payload: encodeJson(value), headers: head })).sequence;
    } finally {
      publisher.close();
    }
  }

  #order(stream: string) {
    const { domain } = this.#place;
    return { stream, ...(domain === undefined ? {} : { domain }) };
  }
}
