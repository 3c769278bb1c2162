import { type PositionRecord, viewKeys, type ViewRecord } from '#contracts';
import { History, type HistoricPlace, Reader, silentLog } from '#application';
import { ViewTable } from '#domain';
import { keyPatterns } from '#nats';
import type { Session } from './session.js';

/** The view as the bucket holds it now. */
export interface Snapshot {
  readonly table: ViewTable;
  readonly reader: Reader;
  /** Journal sequence it reflects. */
  readonly sequence: number;
  readonly position: PositionRecord | undefined;
}

/** Reads a part of the view bucket once. @param patterns key patterns; default everything there is */
export async function takeSnapshot(session: Session, patterns = keyPatterns({})): Promise<Snapshot> {
  const table = new ViewTable();
  let position: PositionRecord | undefined;
  await session.bucket.readAll(
    ({ key, value, revision }) => {
      if (key === viewKeys.position) position = value as PositionRecord;
      else table.put(key, value as ViewRecord, revision);
    },
    [...patterns, viewKeys.position],
  );
  const view = { table, position: position?.position ?? 0, staleMs: 0, reached: () => Promise.resolve() };
  return { table, position, sequence: view.position, reader: new Reader(() => view) };
}

/** Some places of the view as they were at a moment. @param at as `findMoment` reads it */
export async function takePast(
  session: Session,
  at: string,
  ...places: readonly HistoricPlace[]
): Promise<Snapshot> {
  const view = await historyOf(session).viewAt(await historyOf(session).moment(at), ...places);
  return { table: view.table, position: undefined, sequence: view.sequence, reader: new Reader(() => view) };
}

export function historyOf({ journal, snapshots }: Session): History {
  return new History({ journal, snapshots, log: silentLog, nowMs: () => Date.now() });
}
