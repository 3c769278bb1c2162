import { type PositionRecord, viewKeys, type ViewRecord } from '#contracts';
import { Reader } from '#application';
import { ViewTable } from '#domain';
import { keyPatterns } from '#nats';
import type { Session } from './session.js';

/** The view as the bucket holds it now. */
export interface Snapshot {
  readonly table: ViewTable;
  readonly reader: Reader;
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
  return { table, position, reader: new Reader(() => view) };
}
