import { limits } from '#contracts';
import type { Journal, SnapshotStore } from '#application';
import { openSqlDatabase, SqlProjection } from '#sql';
import { showProgress } from '../output/progress.js';

/** What was built. */
export interface Rebuilt {
  readonly events: number;
  readonly sequence: number;
  readonly tookMs: number;
  readonly database: string;
}

/** Nothing may stand still for longer than this. */
const STALL_MS = 60_000;

/**
 * Empties the tables and writes them again from the first event, or the snapshot before it, up to where the journal ends now. A registry that keeps
 * the same tables notices and goes on from there; until then both write, and each batch counts once.
 * @throws ROLLCALL_POSITION_NOT_REACHED when they do not come further for a minute
 */
export async function rebuildTables(
  url: string,
  { journal, snapshots }: { readonly journal: Journal; readonly snapshots: SnapshotStore },
): Promise<Rebuilt> {
  const startedAtMs = performance.now();
  const database = await openSqlDatabase(url);
  const progress = showProgress('building the SQL tables');
  const { lastSequence } = await journal.ends();
  const projection = new SqlProjection({
    journal,
    snapshots,
    database,
    onProgress: ({ position }) => progress.at(Math.min(position, lastSequence), lastSequence),
  });
  try {
    await projection.rebuild();
    await projection.start();
    await reachedInSteps(projection, lastSequence);
    progress.end();
    const [{ count }] = (await database.kysely
      .selectFrom('events')
      .select((table) => table.fn.countAll().as('count'))
      .execute()) as [{ count: number | string }];
    return {
      events: Number(count),
      sequence: projection.position,
      tookMs: Math.round(performance.now() - startedAtMs),
      database: database.place,
    };
  } finally {
    progress.end();
    await projection.stop();
    await database.close();
  }
}

/** A long journal takes long: only standing still is an error. */
async function reachedInSteps(projection: SqlProjection, goal: number): Promise<void> {
  const stepMs = limits.atLeastWaitMsMax;
  for (let before = -1, stalledMs = 0; projection.position < goal; before = projection.position) {
    const isLast = stalledMs + stepMs >= STALL_MS;
    const reached = projection.reached(goal, stepMs);
    await (isLast ? reached : reached.catch(() => undefined));
    stalledMs = projection.position > before ? 0 : stalledMs + stepMs;
  }
}
