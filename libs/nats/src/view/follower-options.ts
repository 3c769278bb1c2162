import type { NatsConnection } from '@nats-io/nats-core';
import type { PositionRecord, StreamNames, Subjects, ViewRecord } from '#contracts';
import type { ViewTable } from '#domain';
import type { Echoes } from '../codec/echoes.js';
import type { ViewScope } from './view-scope.js';

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

/** Where the view is, and which part of it is wanted. */
export interface ViewPlace {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  readonly domain?: string;
  readonly scope?: ViewScope;
}

export interface FollowerOptions extends ViewPlace, FollowerHandlers {
  /** Memory to keep the view in; shared with a projector in the same process. */
  readonly table?: ViewTable;
  /**
   * True while a projector in this process writes the table itself: then the table runs ahead of the
   * discovery subjects, and neither sums nor sequences of what arrives can be compared with it.
   */
  readonly isLeading?: () => boolean;
  /** What this process writes to the view itself. */
  readonly echoes?: Echoes;
}
