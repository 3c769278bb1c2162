import { setTimeout as delay } from 'node:timers/promises';
import { errorText, isRollcallError, limits, RollcallError } from '#contracts';
import { calmLog, type Journal, type Log, type SnapshotStore, systemClock } from '#application';
import type { SqlDatabase } from '../database/database.js';
import { openSqlDatabase } from '../database/open.js';
import { SqlProjection } from '../project/sql-projection.js';
import { ProgressLog } from './progress-log.js';

export interface SqlKeeperParts {
  /** Where the tables are; see `openSqlDatabase`. */
  readonly url: string;
  readonly log: Log;
}

/** What the tables are made from. */
interface SqlSource {
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
}

/** Where the tables of a process stand. */
export interface SqlStanding {
  /** Database and place, without password; undefined until it was opened. */
  readonly place: string | undefined;
  /** Journal sequence the tables reflect; 0 until they were opened. */
  readonly position: number;
  /** Why they are not kept up at the moment. */
  readonly trouble: Error | undefined;
}

/**
 * The tables of one process for as long as it runs: opened as soon as the database is there, kept up from then on.
 * A database that is away, or goes away, is waited for.
 */
export class SqlKeeper {
  readonly #url: string;
  readonly #log: Log;
  readonly #abort = new AbortController();
  #database: SqlDatabase | undefined;
  #projection: SqlProjection | undefined;
  #trouble: Error | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor({ url, log }: SqlKeeperParts) {
    this.#url = url;
    this.#log = calmLog(log, systemClock);
  }

  get standing(): SqlStanding {
    return {
      place: this.#database?.place,
      position: this.#projection?.position ?? 0,
      trouble: this.#projection?.trouble ?? this.#trouble,
    };
  }

  /**
   * Opens the tables, waiting for the database, and follows the journal.
   * @throws what waiting cannot heal: ROLLCALL_SETTINGS_INVALID, ROLLCALL_SQL_NO_DRIVER, ROLLCALL_SQL_SCHEMA_NEWER
   */
  async start(source: SqlSource): Promise<void> {
    const opening = this.#open(source);
    this.#running = opening.catch(() => undefined);
    await opening;
  }

  async stop(): Promise<void> {
    this.#abort.abort(new RollcallError('ROLLCALL_UNAVAILABLE', 'stopping'));
    await this.#running;
    await this.#projection?.stop();
    await this.#database?.close().catch(() => undefined);
  }

  async #open(source: SqlSource): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        this.#database ??= await openSqlDatabase(this.#url);
        await this.#follow(this.#database, source);
        this.#trouble = undefined;
        return;
      } catch (error) {
        if (!isRollcallError(error) || !isPassing(error)) throw error;
        this.#trouble = error;
        this.#log.warn('waiting to begin with the SQL tables', { trouble: errorText(error) });
        await delay(limits.sqlRetryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #follow(database: SqlDatabase, { journal, snapshots }: SqlSource): Promise<void> {
    const { lastSequence } = await journal.ends();
    const progress = new ProgressLog(this.#log, systemClock, lastSequence);
    const projection = new SqlProjection({
      journal,
      snapshots,
      database,
      log: this.#log,
      onProgress: ({ position, events }) => progress.at(position, events),
    });
    await projection.start();
    this.#projection = projection;
    this.#log.info('keeping the SQL tables', { database: database.place, position: projection.position });
  }
}

/** A snapshot that cannot be read may have been dropped a moment ago; the next look finds another. */
function isPassing(error: RollcallError): boolean {
  return error.retryable || error.code === 'ROLLCALL_SNAPSHOT_DAMAGED';
}
