import type { ChangeFeed, Log } from '#application';
import type { Settings } from '#platform';

export interface OpenOptions {
  /** Shown in the broker's lists of connections. */
  readonly name: string;
  readonly settings: Settings;
  readonly log: Log;
  /** Told of every change of the view. */
  readonly feed?: ChangeFeed;
  /** Also find out who is dead. */
  readonly watches?: boolean;
}
