import type { Kysely, Transaction } from 'kysely';
import { RollcallError } from '#contracts';
import type { JournalEnds } from '#application';
import { fromTime, toTime } from '#domain';
import type { Tables } from '../schema/tables.js';
import type { WritePlace } from '../write/write-rows.js';

/** The rules rows are made by. Raise it when rows would come out otherwise: they are made again from zero. */
const PROJECTION_VERSION = 1;
const NAME = 'view';

export interface StartingPoint {
  readonly position: number;
  /** Why the tables were emptied; absent when they are gone on with. */
  readonly emptied?: string;
}

/**
 * Where to go on. Tables that are new, made by other rules, or ahead of the journal are emptied: then the journal
 * is another one. So are those of a journal founded at another time, or with another event where theirs ended. Of
 * several who ask at once, one empties and the others find it done.
 */
export function findStart(
  kysely: Kysely<Tables>,
  journal: JournalEnds,
  timeOf: (sequence: number) => Promise<number | undefined>,
): Promise<StartingPoint> {
  return kysely.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('rollcall_projection')
      .values({ name: NAME, version: 0, position: 0, at: null, journal: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // Takes the row's lock: nobody else decides or writes until we have decided.
    await transaction
      .updateTable('rollcall_projection')
      .set({ name: NAME })
      .where('name', '=', NAME)
      .execute();
    const held = await transaction
      .selectFrom('rollcall_projection')
      .select(['position', 'version', 'journal', 'at'])
      .where('name', '=', NAME)
      .executeTakeFirstOrThrow();
    const emptied = reasonToEmpty(held, journal) ?? (await strangenessOf(held, journal, timeOf));
    if (emptied !== undefined) await empty(transaction);
    if (held.journal !== journal.foundedAt) {
      await transaction
        .updateTable('rollcall_projection')
        .set({ journal: journal.foundedAt })
        .where('name', '=', NAME)
        .execute();
    }
    return emptied === undefined ? { position: held.position } : { position: 0, emptied };
  });
}

interface StoredPosition {
  readonly version: number;
  readonly position: number;
  readonly journal: string | null;
  readonly at: string | null;
}

/** A journal restored from a backup is of the same day, and after a while as long: but other events are in it. */
async function strangenessOf(
  { version, position, at }: StoredPosition,
  { firstSequence }: JournalEnds,
  timeOf: (sequence: number) => Promise<number | undefined>,
): Promise<string | undefined> {
  if (version === 0 || position === 0 || at === null) return undefined;
  if (position + 1 < firstSequence)
    return `they are at ${position}, and the journal begins with ${firstSequence}: what was between is gone`;
  // The next event is there, and this one was cut off: nothing is missing between.
  if (position < firstSequence) return undefined;
  const atMs = await timeOf(position);
  // Two ways to read the broker's nanoseconds differ by one.
  const isSame = atMs !== undefined && Math.abs(atMs - fromTime(at)) <= 1;
  return isSame ? undefined : `sequence ${position} of the journal is not the event of ${at} they end with`;
}

function reasonToEmpty(
  { version, position, journal }: StoredPosition,
  { foundedAt, lastSequence }: JournalEnds,
): string | undefined {
  if (version === 0) return 'they are new';
  if (version !== PROJECTION_VERSION)
    return `they were made by rules ${version}, ours are ${PROJECTION_VERSION}`;
  if (journal !== null && journal !== foundedAt)
    return `they are of a journal founded at ${journal}, and this one was at ${foundedAt}`;
  return position > lastSequence
    ? `they are at ${position}, and the journal ends at ${lastSequence}`
    : undefined;
}

/** Empties every table, whatever is in them. */
export async function startOver(kysely: Kysely<Tables>): Promise<void> {
  await kysely.transaction().execute(empty);
}

const tables = [
  'services',
  'instances',
  'endpoints',
  'instance_tags',
  'instance_metadata',
  'config',
  'config_rules',
  'events',
] as const;

async function empty(transaction: Transaction<Tables>): Promise<void> {
  for (const table of tables) await transaction.deleteFrom(table).execute();
  await transaction
    .updateTable('rollcall_projection')
    .set({ version: PROJECTION_VERSION, position: 0, at: null, journal: null })
    .where('name', '=', NAME)
    .execute();
}

/**
 * Moves the position, first thing in a transaction: whoever else writes these tables waits here, and then finds
 * that the position is no longer what it expects.
 * @throws ROLLCALL_REVISION_CONFLICT
 */
export async function movePosition(
  { transaction }: WritePlace,
  from: number,
  to: number,
  atMs: number,
): Promise<void> {
  const result = await transaction
    .updateTable('rollcall_projection')
    .set({ position: to, at: toTime(atMs) })
    .where('name', '=', NAME)
    .where('position', '=', from)
    .where('version', '=', PROJECTION_VERSION)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) === 1) return;
  throw new RollcallError('ROLLCALL_REVISION_CONFLICT', `the tables are no longer at position ${from}`);
}
