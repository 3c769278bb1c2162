import type { Log } from '#application';
import type { Settings } from '#platform';

export interface OpenOptions {
  /** Shown in the broker's lists of connections. */
  readonly name: string;
  readonly settings: Settings;
  readonly log: Log;
  /** Also find out who is dead. */
  readonly watches?: boolean;
}
