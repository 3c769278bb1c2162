import type { PositionRecord } from '#contracts';

export interface StoredRecord {
  readonly key: string;
  readonly revision: number;
  readonly value: unknown;
}

export interface ViewWrite {
  readonly key: string;
  readonly value: unknown;
  /** Refuse when the key's message has another revision. Absent: whatever is there is replaced. */
  readonly expectedRevision?: number;
  /** The broker removes the key after this time, in ms. Absent: it stays. */
  readonly ttlMs?: number;
}

/** Writes of one term of leadership. Closing it abandons what is in flight. */
export interface ViewWriter {
  /** Returns the new revision. @throws ROLLCALL_REVISION_CONFLICT when another projector wrote the key */
  write(write: ViewWrite): Promise<number>;
  close(): void;
}

/** Where the materialized view is stored. Each write is also what consumers are told. */
export interface ViewBucket {
  openWriter(): ViewWriter;
  /**
   * Everything stored now; keys come as they are, position and quarantine included.
   * @param patterns only these keys, with NATS wildcards
   */
  readAll(onRecord: (record: StoredRecord) => void, patterns?: readonly string[]): Promise<void>;
}

/** The view in memory, kept equal to the bucket by following it. */
export interface ViewReplica {
  /** Makes the table exactly what the bucket holds, and returns the stored position, if there is one. */
  takeOver(): Promise<{ readonly record: PositionRecord | undefined; readonly revision: number }>;
}
