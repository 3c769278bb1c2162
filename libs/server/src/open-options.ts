import type { ChangeFeed, Log, ProjectorParts } from '#application';
import type { Settings } from '#platform';

export interface OpenOptions {
  /** Shown in the broker's lists of connections. */
  readonly name: string;
  readonly settings: Settings;
  readonly log: Log;
  /** Told of every change of the view. */
  readonly feed?: ChangeFeed;
  /** Told of each event this process folds while it leads. */
  readonly onFolded?: ProjectorParts['onFolded'];
  /** Takes part in folding the journal into the view. Default true. */
  readonly projects?: boolean;
  /** Also find out who is dead. */
  readonly watches?: boolean;
  /** Also answer requests over NATS. */
  readonly answers?: boolean;
}
