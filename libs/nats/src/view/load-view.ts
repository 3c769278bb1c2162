import type { JsMsg } from '@nats-io/jetstream';
import { type PositionRecord, viewKeys, type ViewRecord } from '#contracts';
import { describeChange, isPresent, type ViewTable } from '#domain';
import { ownText } from '../codec/text.js';
import { readAll } from '../read/ordered-reader.js';
import type { FollowerHandlers, ResyncReason, ViewPlace } from './follower-options.js';
import { entryOf, readPosition, readRecord } from './read-record.js';
import { scopeSubjects } from './view-scope.js';

/** The position record as the bucket holds it, and the revision a next write of it must expect. */
export interface StoredPosition {
  readonly record: PositionRecord | undefined;
  readonly revision: number;
}

export interface LoadOrder {
  readonly place: ViewPlace;
  readonly table: ViewTable;
  readonly reason: ResyncReason;
  readonly onChange: FollowerHandlers['onChange'];
  readonly isAborted: () => boolean;
}

interface LoadedView {
  readonly stored: StoredPosition;
  /** Differences that were told. */
  readonly changes: number;
}

/** Reads everything stored into the table and tells the differences. */
export async function loadView(order: LoadOrder): Promise<LoadedView> {
  const { connection, streams, domain } = order.place;
  const load = new Load(order);
  const { stored } = scopeSubjects(order.place.scope ?? {}, order.place.subjects, streams);
  const read = {
    stream: streams.view,
    from: 'last-per-subject' as const,
    filterSubjects: [...stored, streams.viewSubjects + viewKeys.position],
    isAborted: order.isAborted,
    ...(domain === undefined ? {} : { domain }),
  };
  await readAll(connection, read, (message) => load.take(message));
  load.dropUnseen();
  return load;
}

/** One loading of the view, as it goes on. */
class Load implements LoadedView {
  stored: StoredPosition = { record: undefined, revision: 0 };
  changes = 0;
  readonly #order: LoadOrder;
  /** Keys that the bucket holds; undefined when nothing was held before, so that nothing of it can be gone. */
  readonly #seen: Set<string> | undefined;

  constructor(order: LoadOrder) {
    this.#order = order;
    this.#seen = order.table.size === 0 ? undefined : new Set();
  }

  take(message: JsMsg): void {
    const key = ownText(message.subject.slice(this.#order.place.streams.viewSubjects.length));
    if (key === viewKeys.position) {
      this.stored = { record: readPosition(message), revision: message.seq };
      return;
    }
    this.#seen?.add(key);
    const record = readRecord(message);
    if (record === undefined) return;
    if (this.#order.reason === 'rebuilt') this.#onRebuilt(key, record, message.seq);
    else this.#onStored(key, record, message.seq);
  }

  /** Applies one stored record where it is newer than what is held. */
  #onStored(key: string, record: ViewRecord, bucketRevision: number): void {
    const { table, reason } = this.#order;
    const held = table.get(key);
    if (held !== undefined && held.entry.sequence >= record.sequence) {
      // The bucket lost writes with the broker: the projector folds forward again from what is stored.
      if (reason === 'takeover' && held.entry.sequence > record.sequence) table.put(key, entryOf(record));
      held.bucketRevision = bucketRevision;
      return;
    }
    const before = held?.entry;
    table.put(key, entryOf(record), bucketRevision);
    if (isPresent(before) || isPresent(record)) this.#tell(key, describeChange(before, record));
  }

  /** In a view made anew sequences say nothing about what is newer: what is stored holds. */
  #onRebuilt(key: string, record: ViewRecord, bucketRevision: number): void {
    const before = this.#order.table.get(key)?.entry;
    this.#order.table.put(key, entryOf(record), bucketRevision);
    if (!isPresent(before) && !isPresent(record)) return;
    const change = describeChange(before, record);
    if (change.change !== 'updated' || change.changed.length > 0) this.#tell(key, change);
  }

  /**
   * What the bucket no longer holds is gone: its tombstone aged out while we were not looking. Except what is newer
   * than the bucket itself: a broker that crashed lost writes, and the projector is about to write them again.
   */
  dropUnseen(): void {
    const { table, reason } = this.#order;
    if (this.#seen === undefined) return;
    const storedPosition = this.stored.record?.position ?? 0;
    for (const { key, entry } of table.slots()) {
      const isLost = reason !== 'rebuilt' && entry.sequence > storedPosition;
      if (this.#seen.has(key) || (isLost && reason !== 'takeover')) continue;
      table.delete(key);
      if (!isLost && isPresent(entry)) this.#tell(key, { ...entry, change: 'removed', changed: [] });
    }
  }

  #tell(key: string, change: ViewRecord): void {
    this.changes += 1;
    this.#order.onChange?.(key, change);
  }
}
