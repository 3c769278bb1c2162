import type { JsMsg } from '@nats-io/jetstream';
import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import {
  isRollcallError,
  limits,
  type PositionRecord,
  RollcallError,
  type StreamNames,
  type Subjects,
  viewKeys,
  type ViewRecord,
} from '#contracts';
import { describeChange, isPresent, sameSum, ViewTable } from '#domain';
import { watchConnection } from '../connection/status.js';
import { headerBlock, headerIn } from '../codec/header-block.js';
import { ownText } from '../codec/text.js';
import { readAll } from '../read/ordered-reader.js';
import { isSumInScope, scopeSubjects, type ViewScope } from './view-scope.js';

export interface FollowerHandlers {
  /** One change, in the order of the view. */
  readonly onChange?: (key: string, record: ViewRecord) => void;
  /** A snapshot replaced what was held; the differences have been told as changes before. */
  readonly onResynced?: (info: {
    readonly position: number;
    readonly reason: ResyncReason;
    readonly changes: number;
  }) => void;
  /** The view has come to this journal sequence. */
  readonly onPosition?: (position: PositionRecord) => void;
  readonly onTrouble?: (error: Error) => void;
}

/**
 * `takeover`: a projector in this process begins to lead, so the table must be exactly the bucket. `rebuilt`: the view
 * was made anew from another journal, so that sequences went back.
 */
export type ResyncReason = 'start' | 'reconnect' | 'sums-differ' | 'asked' | 'takeover' | 'rebuilt';

export interface FollowerOptions extends FollowerHandlers {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  readonly domain?: string;
  readonly scope?: ViewScope;
  /** Memory to keep the view in; shared with a projector in the same process. */
  readonly table?: ViewTable;
  /**
   * True while a projector in this process writes the table itself: then the table runs ahead of the
   * discovery subjects, and neither sums nor sequences of what arrives can be compared with it.
   */
  readonly isLeading?: () => boolean;
}

/** The position record as the bucket holds it, and the revision a next write of it must expect. */
export interface StoredPosition {
  readonly record: PositionRecord | undefined;
  readonly revision: number;
}

const RETRY_MS = 250;
const RESYNC_APART_MS = 1_000;

/**
 * Follows the view, or a part of it: subscribes to the discovery subjects first, then takes a snapshot of the
 * bucket, then applies what arrived meanwhile, so nothing falls between. After every reconnect, and whenever a
 * beacon's sums disagree with what is held, it takes a new snapshot and tells the differences.
 */
export class ViewFollower {
  readonly table: ViewTable;
  readonly #options: FollowerOptions;
  readonly #scope: ViewScope;
  readonly #waiters = new Set<{ readonly sequence: number; readonly done: () => void }>();
  #subscriptions: Subscription[] = [];
  #stopWatching: () => void = () => undefined;
  /** Live messages that arrive while a snapshot is being read; undefined otherwise. */
  #buffer: Msg[] | undefined = [];
  #position = 0;
  /** Of the view that is held; undefined before there is any. */
  #epoch: number | undefined;
  #positionAt: string | undefined;
  #quarantined = 0;
  #stored: StoredPosition = { record: undefined, revision: 0 };
  #heardAtMs = 0;
  #syncing: Promise<void> | undefined;
  #wanted: ResyncReason | undefined;
  #lastSyncAtMs = -Infinity;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#scope = options.scope ?? {};
    this.table = options.table ?? new ViewTable();
  }

  /** Journal sequence everything held reflects. */
  get position(): number {
    return this.#position;
  }

  /** Broker time of the event at that position. */
  get positionAt(): string | undefined {
    return this.#positionAt;
  }

  /** Events set aside by then. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /** The position record the last snapshot found in the bucket. */
  get storedPosition(): StoredPosition {
    return this.#stored;
  }

  /** Time since the view was last heard of, in ms; what a reader is told as staleness. */
  get staleMs(): number {
    return this.#heardAtMs === 0 ? Infinity : performance.now() - this.#heardAtMs;
  }

  /** Subscribes and loads. Resolves with the first snapshot in the table. */
  async start(): Promise<void> {
    const { connection, subjects, streams } = this.#options;
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null) this.#onLive(message);
      else this.#options.onTrouble?.(error);
    };
    const { live } = scopeSubjects(this.#scope, subjects, streams);
    this.#subscriptions = [...live, subjects.position].map((subject) =>
      connection.subscribe(subject, { callback }),
    );
    this.#stopWatching = watchConnection(connection, { onReconnect: () => this.#resyncUnasked('reconnect') });
    await connection.flush();
    await this.resync('start');
  }

  /** Takes a new snapshot, tells the differences. Calls while one is under way are answered by one more. */
  resync(reason: ResyncReason = 'asked'): Promise<void> {
    this.#wanted = reason;
    this.#syncing ??= this.#syncUntilDone().finally(() => (this.#syncing = undefined));
    return this.#syncing;
  }

  /** Resolves when the view reflects the sequence. @throws ROLLCALL_POSITION_NOT_REACHED */
  async reached(sequence: number, timeoutMs: number = limits.atLeastWaitMsMax): Promise<void> {
    if (this.#position >= sequence) return;
    await new Promise<void>((resolve, reject) => {
      const waiter = { sequence, done: () => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const text = `the view is at ${this.#position} and did not reach ${sequence} in ${timeoutMs} ms`;
        reject(
          new RollcallError('ROLLCALL_POSITION_NOT_REACHED', text, { details: { position: this.#position } }),
        );
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  async #syncUntilDone(): Promise<void> {
    while (this.#wanted !== undefined && !this.#closed) {
      const reason = this.#wanted;
      this.#wanted = undefined;
      this.#buffer ??= [];
      try {
        await this.#sync(reason);
      } catch (error) {
        this.#options.onTrouble?.(error as Error);
        if (isRollcallError(error) && !error.retryable) throw error;
        this.#wanted ??= reason;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #sync(asked: ResyncReason): Promise<void> {
    let { stored, changes } = await this.#load(asked);
    const isRebuilt = this.#isOfAnotherEpoch(stored.record);
    // Which epoch it is shows only at the end: a view made anew is told apart by loading it once more.
    if (isRebuilt) {
      const again = await this.#load('rebuilt');
      stored = again.stored;
      changes += again.changes;
    }
    const reason = isRebuilt ? 'rebuilt' : asked;
    this.#lastSyncAtMs = performance.now();
    const arrived = this.#buffer ?? [];
    this.#buffer = undefined;
    const { record } = stored;
    if (record !== undefined) {
      this.#epoch = epochOf(record);
      if (isRebuilt || record.position > this.#position) this.#advance(record);
    }
    this.#stored = stored;
    for (const message of arrived) this.#onLive(message, true);
    this.#options.onResynced?.({ position: this.#position, reason, changes });
  }

  #isOfAnotherEpoch(record: PositionRecord | undefined): boolean {
    return record !== undefined && this.#epoch !== undefined && epochOf(record) !== this.#epoch;
  }

  /** Reads everything stored into the table and tells the differences. */
  async #load(reason: ResyncReason): Promise<{ stored: StoredPosition; changes: number }> {
    const { connection, subjects, streams, domain } = this.#options;
    const filterSubjects = scopeSubjects(this.#scope, subjects, streams).stored;
    const seen = new Set<string>();
    let changes = 0;
    let stored: StoredPosition = { record: undefined, revision: 0 };
    const order = {
      stream: streams.view,
      from: 'last-per-subject' as const,
      filterSubjects: [...filterSubjects, streams.viewSubjects + viewKeys.position],
      isAborted: () => this.#closed,
      ...(domain === undefined ? {} : { domain }),
    };
    await readAll(connection, order, (message) => {
      const key = ownText(message.subject.slice(streams.viewSubjects.length));
      if (key === viewKeys.position)
        stored = { record: parse(message) as PositionRecord | undefined, revision: message.seq };
      else {
        seen.add(key);
        if (this.#onStored(key, message, reason)) changes += 1;
      }
    });
    changes += this.#dropUnseen(seen, stored.record?.position ?? 0, reason);
    return { stored, changes };
  }

  /** Applies one stored record; true when it differs from what is held. */
  #onStored(key: string, message: JsMsg, reason: ResyncReason): boolean {
    const record = parse(message) as ViewRecord | undefined;
    if (record === undefined) return false;
    const held = this.table.get(key);
    if (reason === 'rebuilt') return this.#onRebuilt(key, record, message.seq);
    if (held !== undefined && held.entry.sequence >= record.sequence) {
      // The bucket lost writes with the broker: the projector folds forward again from what is stored.
      if (reason === 'takeover' && held.entry.sequence > record.sequence) this.table.put(key, record);
      held.bucketRevision = message.seq;
      return false;
    }
    const before = held?.entry;
    this.table.put(key, record, message.seq);
    if (!isPresent(before) && !isPresent(record)) return false;
    this.#options.onChange?.(key, describeChange(before, record));
    return true;
  }

  /** In a view made anew sequences say nothing about what is newer: what is stored holds. */
  #onRebuilt(key: string, record: ViewRecord, bucketRevision: number): boolean {
    const before = this.table.get(key)?.entry;
    this.table.put(key, record, bucketRevision);
    const change = describeChange(before, record);
    if (!isPresent(before) && !isPresent(record)) return false;
    if (change.change === 'updated' && change.changed.length === 0) return false;
    this.#options.onChange?.(key, change);
    return true;
  }

  /**
   * What the bucket no longer holds is gone: its tombstone aged out while we were not looking. Except what is newer
   * than the bucket itself: a broker that crashed lost writes, and the projector is about to write them again.
   */
  #dropUnseen(seen: ReadonlySet<string>, storedPosition: number, reason: ResyncReason): number {
    let dropped = 0;
    for (const { key, entry } of this.table.slots()) {
      const isLost = reason !== 'rebuilt' && entry.sequence > storedPosition;
      if (seen.has(key) || (isLost && reason !== 'takeover')) continue;
      this.table.delete(key);
      if (isLost || !isPresent(entry)) continue;
      dropped += 1;
      this.#options.onChange?.(key, { ...entry, change: 'removed', changed: [] });
    }
    return dropped;
  }

  #onLive(message: Msg, isBuffered = false): void {
    if (this.#buffer !== undefined) {
      this.#buffer.push(message);
      return;
    }
    const key = this.#options.subjects.discoveryKey(message.subject);
    if (key === viewKeys.position) this.#onBeacon(message);
    else if (key !== undefined) this.#onRecord(key, message, isBuffered);
  }

  #onRecord(key: string, message: Msg, isBuffered: boolean): void {
    const record = parse(message) as ViewRecord | undefined;
    if (record === undefined) return;
    this.#heardAtMs = performance.now();
    if (this.#options.isLeading?.() !== true && !this.#takes(key, record, message, isBuffered)) return;
    this.#options.onChange?.(key, record);
  }

  /** Puts a live record into the table unless something newer is there. */
  #takes(key: string, record: ViewRecord, message: Msg, isBuffered: boolean): boolean {
    const held = this.table.get(key);
    const heldSequence = held?.entry.sequence ?? 0;
    if (record.sequence < heldSequence || (isBuffered && record.sequence === heldSequence)) return false;
    // A repair took away what only an operator writes: no record of it says that it is gone.
    if (record.change === 'removed' && isPresent(record)) this.table.delete(key);
    else this.table.put(key, record, Number(headerIn(headerBlock(message), 'Nats-Sequence') ?? 0));
    return true;
  }

  #onBeacon(message: Msg): void {
    const position = parse(message) as PositionRecord | undefined;
    if (position === undefined) return;
    if (this.#isOfAnotherEpoch(position)) {
      if (this.#syncing === undefined) this.#resyncUnasked('rebuilt');
      return;
    }
    if (position.position < this.#position) return;
    this.#advance(position);
    if (this.#options.isLeading?.() !== true && !this.#agrees(position)) this.#resyncSoon();
  }

  #advance(position: PositionRecord): void {
    this.#position = position.position;
    this.#positionAt = position.at;
    this.#quarantined = position.quarantined;
    this.#heardAtMs = performance.now();
    for (const waiter of this.#waiters) {
      if (waiter.sequence > this.#position) continue;
      this.#waiters.delete(waiter);
      waiter.done();
    }
    this.#options.onPosition?.(position);
  }

  /** A beacon comes after every record it sums up, on the same connection: any difference is a loss. */
  #agrees({ services, total }: PositionRecord): boolean {
    if (this.#scope.namespace === undefined && !sameSum(this.table.total, total)) return false;
    return Object.entries(services).every(
      ([id, sum]) => !isSumInScope(id, this.#scope) || sameSum(this.table.sumOf(id), sum),
    );
  }

  /** Nobody waits for it: what cannot be healed by trying again is told as trouble. */
  #resyncUnasked(reason: ResyncReason): void {
    this.resync(reason).catch((error: Error) => this.#options.onTrouble?.(error));
  }

  #resyncSoon(): void {
    if (this.#syncing === undefined && performance.now() - this.#lastSyncAtMs > RESYNC_APART_MS) {
      this.#resyncUnasked('sums-differ');
    }
  }
}

/** A body that cannot be read is passed over: the next snapshot or beacon puts it right. */
function parse(message: { string(): string }): unknown {
  try {
    return JSON.parse(message.string());
  } catch {
    return undefined;
  }
}

/** How often the view was made anew. */
function epochOf({ epoch }: PositionRecord): number {
  return epoch ?? 0;
}
