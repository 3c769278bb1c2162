import { setImmediate as breath } from 'node:timers/promises';
import { sql } from 'kysely';
import { errorText, isRollcallError, limits, type RawEvent } from '#contracts';
import { type Clock, type Journal, type Log, silentLog, type SnapshotStore, systemClock } from '#application';
import type { SqlDatabase } from '../database/database.js';
import { guarded } from '../database/guarded.js';
import { purgeTombstones, writeBatch } from '../write/write-batch.js';
import { EventBuffer } from './event-buffer.js';
import { decodeBatch, foldBatch } from './fold-batch.js';
import { KnownEntries } from './known-entries.js';
import { loadEntries } from './load-entries.js';
import { findStart, movePosition, startOver } from './position.js';
import { PositionWaiters } from './position-waiters.js';
import { seedTables } from './seed.js';

export interface SqlProgress {
  /** Everything up to here is in the tables. */
  readonly position: number;
  /** Events of the last batch, and how long it took in ms. */
  readonly events: number;
  readonly tookMs: number;
}

export interface SqlProjectionParts {
  readonly journal: Journal;
  /** Stand for what was cut off the journal. Absent: empty tables begin with the first event there is. */
  readonly snapshots?: SnapshotStore;
  readonly database: SqlDatabase;
  readonly log?: Log;
  readonly clock?: Clock;
  /** Told after each batch; for metrics, and for people who wait for a rebuild. */
  readonly onProgress?: (progress: SqlProgress) => void;
}

/** So far behind, statistics of the tables are worth making anew once it has caught up. */
const BULK_EVENTS = 10_000;
const PURGE_APART_MS = 60_000;

/**
 * Keeps the tables equal to what the journal says, event by event, and the position in the same transaction as
 * the rows: after any crash it goes on where the tables really are. Several may write one database; the slower
 * finds the position moved and begins again from there.
 */
export class SqlProjection {
  readonly #journal: Journal;
  readonly #snapshots: SnapshotStore | undefined;
  readonly #database: SqlDatabase;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #onProgress: (progress: SqlProgress) => void;
  readonly #known = new KnownEntries();
  readonly #waiters: PositionWaiters;
  #buffer: EventBuffer | undefined;
  #position = 0;
  #trouble: Error | undefined;
  #purgedAtMs = 0;
  #isFarBehind = false;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();
  #endPause: () => void = () => undefined;

  constructor(parts: SqlProjectionParts) {
    const { journal, snapshots, database, log = silentLog, clock = systemClock, onProgress } = parts;
    this.#journal = journal;
    this.#snapshots = snapshots;
    this.#database = database;
    this.#log = log;
    this.#clock = clock;
    this.#waiters = new PositionWaiters(clock);
    this.#onProgress = onProgress ?? ((): void => undefined);
  }

  /** Journal sequence the tables reflect. */
  get position(): number {
    return this.#position;
  }

  /** Why the last attempt to write failed; undefined once one worked again. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /**
   * Begins to follow the journal from where the tables are.
   * @throws ROLLCALL_SQL_UNAVAILABLE
   */
  async start(): Promise<void> {
    await this.#resume();
    this.#running = this.#run();
  }

  /** Ends after the batch at work. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#buffer?.close();
    this.#endPause();
    await this.#running;
  }

  /** Empties the tables and writes them again from the first event. Call it before `start`. */
  async rebuild(): Promise<void> {
    await startOver(this.#database.kysely);
  }

  /** Resolves when the tables reflect a sequence. @throws ROLLCALL_POSITION_NOT_REACHED */
  async reached(sequence: number, timeoutMs: number = limits.atLeastWaitMsMax): Promise<void> {
    if (this.#position >= sequence) return;
    await this.#waiters.wait(sequence, timeoutMs, () => this.#position);
  }

  /** Who fills empty tables at the same time as another finds them filled, and goes on from there. */
  async #resume(): Promise<void> {
    for (let left: number = limits.registerConflictAttemptsMax; ; left -= 1) {
      try {
        return await this.#takePlace();
      } catch (error) {
        if (left === 1 || !isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) throw error;
      }
    }
  }

  /** Takes the position from the tables, which may have been emptied for a reason. */
  async #takePlace(): Promise<void> {
    this.#known.clear();
    const ends = await this.#journal.ends();
    const { lastSequence } = ends;
    const timeOf = async (sequence: number): Promise<number | undefined> =>
      (await this.#journal.at(sequence))?.atMs;
    const { position, emptied } = await guarded(() => findStart(this.#database.kysely, ends, timeOf));
    if (emptied !== undefined) {
      this.#log.info('building the SQL tables from zero', { because: emptied, events: lastSequence });
    }
    this.#position = position === 0 ? await this.#seed() : position;
    this.#isFarBehind = lastSequence - position >= BULK_EVENTS;
    this.#waiters.reached(this.#position);
  }

  /** @throws ROLLCALL_REVISION_CONFLICT when somebody else was faster */
  async #seed(): Promise<number> {
    const snapshots = this.#snapshots;
    if (snapshots === undefined) return 0;
    const position = await guarded(() => seedTables(this.#database, this.#journal, snapshots));
    if (position > 0) this.#log.info('began with a snapshot: the journal was cut', { position });
    return position;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#follow();
      } catch (error) {
        if (this.#isStopped) return;
        const isRival = isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT');
        if (!isRival) {
          this.#trouble = error as Error;
          this.#log.warn('the SQL tables are not kept up', { error: errorText(error) });
        }
        await this.#pause();
        await this.#resume().catch(() => undefined);
      }
    }
  }

  async #follow(): Promise<void> {
    const buffer = new EventBuffer(this.#journal, this.#position + 1);
    this.#buffer = buffer;
    try {
      for (;;) {
        const events = await buffer.take();
        if (events.length === 0 || this.#isStopped) return;
        await this.#write(events);
        // SQLite works in this thread: others have their turn between two batches.
        await breath();
      }
    } finally {
      buffer.close();
    }
  }

  async #write(raws: readonly RawEvent[]): Promise<void> {
    const startedAtMs = this.#clock.monotonicMs();
    const { kysely, dialect } = this.#database;
    const batch = decodeBatch(raws);
    await this.#load(batch.keys);
    const known = (key: string) => this.#known.get(key);
    const folded = foldBatch(batch, known);
    const last = raws.at(-1) as RawEvent;
    const isPurgeDue = last.atMs - this.#purgedAtMs >= PURGE_APART_MS;
    await guarded(() =>
      kysely.transaction().execute(async (transaction) => {
        const place = { transaction, dialect };
        await movePosition(place, this.#position, last.sequence, last.atMs);
        await writeBatch(place, folded, known);
        if (isPurgeDue) await purgeTombstones(place, last.atMs);
      }),
    );
    this.#trouble = undefined;
    if (isPurgeDue) this.#purgedAtMs = last.atMs;
    for (const [key, { after }] of folded.changes) this.#known.set(key, after);
    this.#known.trim();
    this.#position = last.sequence;
    this.#waiters.reached(this.#position);
    this.#onProgress({
      position: this.#position,
      events: raws.length,
      tookMs: this.#clock.monotonicMs() - startedAtMs,
    });
    await this.#analyzeWhenCaughtUp(raws.length);
  }

  /** Entries of services are loaded with those of their instances: a service's row is made of both. */
  async #load(keys: ReadonlySet<string>): Promise<void> {
    const missing = new Set<string>();
    const want = (key: string): void => {
      if (!this.#known.has(key)) missing.add(key);
    };
    for (const key of keys) {
      want(key);
      const [namespace, , service] = key.split('.');
      want(`${namespace}.service.${service}`);
      want(`${namespace}.protection.${service}`);
    }
    if (missing.size === 0) return;
    const entries = await guarded(() => loadEntries(this.#database, missing));
    for (const key of missing) this.#known.set(key, entries.get(key));
  }

  /** A database plans badly with the statistics of empty tables: 25 times slower in PostgreSQL (measured). */
  async #analyzeWhenCaughtUp(count: number): Promise<void> {
    if (!this.#isFarBehind || count === limits.sqlBatchMax) return;
    this.#isFarBehind = false;
    await sql`analyze`.execute(this.#database.kysely).catch(() => undefined);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limits.sqlRetryMs, resolve);
      this.#endPause = () => (cancel(), resolve());
    });
  }
}
