import type { ViewEntry } from '#domain';

/**
 * A part of the registry: everything, a namespace, one service of it or one instance of that, or the config of one
 * application or one key of that.
 */
export interface HistoricPlace {
  readonly namespace?: string;
  readonly service?: string;
  readonly instance?: string;
  readonly application?: string;
  readonly key?: string;
}

/** A stored view: what stood under every key after the event at `position`. It never changes. */
export interface SnapshotMark {
  /** Journal sequence the snapshot reflects. */
  readonly position: number;
  /** Broker time of that event. */
  readonly at: string;
  readonly keys: number;
}

/** Views of the past, so that a question about the past need not fold the journal from its beginning. */
export interface SnapshotStore {
  /** Every whole snapshot, oldest first. May lag behind by some seconds: an older one is as right, only slower. */
  marks(): Promise<readonly SnapshotMark[]>;
  /** What a snapshot holds of a place, each piece checked against its digest. @throws ROLLCALL_SNAPSHOT_DAMAGED */
  load(mark: SnapshotMark, place: HistoricPlace): Promise<Map<string, ViewEntry>>;
  /** Stores a view whole, or leaves nothing that `marks` would show. */
  save(mark: Omit<SnapshotMark, 'keys'>, entries: ReadonlyMap<string, ViewEntry>): Promise<SnapshotMark>;
  drop(mark: SnapshotMark): Promise<void>;
}
