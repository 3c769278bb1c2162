import { isDeepStrictEqual } from 'node:util';
import type { Msg, Subscription } from '@nats-io/nats-core';
import { isRollcallError, type PositionRecord, viewKeys, type ViewRecord } from '#contracts';
import { isPresent, sameSum, ViewTable } from '#domain';
import { watchConnection } from '../connection/status.js';
import { headerBlock, headerIn } from '../codec/header-block.js';
import { ownText } from '../codec/text.js';
import type { FollowerOptions, ResyncReason } from './follower-options.js';
import { HeldPosition } from './held-position.js';
import { loadView, type StoredPosition } from './load-view.js';
import { entryOf, readPosition, readRecord } from './read-record.js';
import { isSumInScope, scopeSubjects, type ViewScope } from './view-scope.js';

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
  readonly #position = new HeldPosition();
  #subscriptions: Subscription[] = [];
  #stopWatching: () => void = () => undefined;
  /** Live messages that arrive while a snapshot is being read; undefined otherwise. */
  #buffer: Msg[] | undefined = [];
  #stored: StoredPosition = { record: undefined, revision: 0 };
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
    return this.#position.sequence;
  }

  /** Broker time of the event at that position. */
  get positionAt(): string | undefined {
    return this.#position.at;
  }

  /** Events set aside by then. */
  get quarantined(): number {
    return this.#position.quarantined;
  }

  /** The position record the last snapshot found in the bucket. */
  get storedPosition(): StoredPosition {
    return this.#stored;
  }

  /** Time since the view was last heard of, in ms; what a reader is told as staleness. */
  get staleMs(): number {
    return this.#position.staleMs;
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
  reached(sequence: number, timeoutMs?: number): Promise<void> {
    return this.#position.reached(sequence, timeoutMs);
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
    const isRebuilt = this.#position.isOfAnotherEpoch(stored.record);
    // Which epoch it is shows only at the end: a view made anew is told apart by loading it once more.
    if (isRebuilt) {
      const again = await this.#load('rebuilt');
      stored = again.stored;
      changes += again.changes;
    }
    this.#lastSyncAtMs = performance.now();
    const arrived = this.#buffer ?? [];
    this.#buffer = undefined;
    const { record } = stored;
    if (record !== undefined) {
      this.#position.enter(record);
      if (isRebuilt || record.position > this.position) this.#advance(record);
    }
    this.#stored = stored;
    for (const message of arrived) this.#onLive(message, true);
    this.#options.onResynced?.({
      position: this.position,
      reason: isRebuilt ? 'rebuilt' : asked,
      changes,
    });
  }

  #load(reason: ResyncReason) {
    return loadView({
      place: this.#options,
      table: this.table,
      reason,
      onChange: this.#options.onChange,
      isAborted: () => this.#closed,
    });
  }

  #onLive(message: Msg, isBuffered = false): void {
    if (this.#buffer !== undefined) {
      this.#buffer.push(message);
      return;
    }
    const key = this.#options.subjects.discoveryKey(message.subject);
    if (key === viewKeys.position) this.#onBeacon(message);
    else if (key !== undefined) this.#onRecord(ownText(key), message, isBuffered);
  }

  #onRecord(key: string, message: Msg, isBuffered: boolean): void {
    const record = (this.#echo(key, message) as ViewRecord | undefined) ?? readRecord(message);
    if (record === undefined) return;
    this.#position.hear();
    if (this.#options.isLeading?.() !== true && !this.#takes(key, record, message, isBuffered)) return;
    this.#options.onChange?.(key, record);
  }

  #echo(key: string, { data }: Msg): unknown {
    return this.#options.echoes?.heard(key, data);
  }

  /** Puts a live record into the table unless something newer, or the very same, is there. */
  #takes(key: string, record: ViewRecord, message: Msg, isBuffered: boolean): boolean {
    const held = this.table.get(key);
    const heldSequence = held?.entry.sequence ?? 0;
    if (record.sequence < heldSequence || (isBuffered && record.sequence === heldSequence)) return false;
    // A broker that crashed lost writes of the view, and the projector has written them again.
    if (
      held !== undefined &&
      record.sequence === heldSequence &&
      isDeepStrictEqual(held.entry, entryOf(record))
    ) {
      held.bucketRevision = revisionOf(message);
      return false;
    }
    // A repair took away what only an operator writes: no record of it says that it is gone.
    if (record.change === 'removed' && isPresent(record)) this.table.delete(key);
    else this.table.put(key, entryOf(record), revisionOf(message));
    return true;
  }

  #onBeacon(message: Msg): void {
    const record =
      (this.#echo(viewKeys.position, message) as PositionRecord | undefined) ?? readPosition(message);
    if (record === undefined) return;
    if (this.#position.isOfAnotherEpoch(record)) {
      if (this.#syncing === undefined) this.#resyncUnasked('rebuilt');
      return;
    }
    if (record.position < this.position) return;
    this.#advance(record);
    if (this.#options.isLeading?.() !== true && !this.#agrees(record)) this.#resyncSoon();
  }

  #advance(record: PositionRecord): void {
    this.#position.advance(record);
    this.#options.onPosition?.(record);
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

/** What the bucket called a record when it stored it. */
function revisionOf(message: Msg): number {
  return Number(headerIn(headerBlock(message), 'Nats-Sequence') ?? 0);
}
