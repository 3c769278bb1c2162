import type { InstanceView } from '#contracts';
import type { ViewStatus } from '../view/shared-views.js';

/** Who is there, and how far that knowledge can be trusted. */
export interface Discovered {
  readonly instances: readonly InstanceView[];
  /** Journal sequence the answer reflects. */
  readonly position: number;
  /** Time since the view was last heard of, in ms. */
  readonly staleMs: number;
  /** True when nothing was heard for several beacons: the answer is the last one known. */
  readonly isStale: boolean;
}

export interface ClientStatus {
  readonly connected: boolean;
  /** `host:port` of the broker, the last one while disconnected. */
  readonly server: string;
  readonly views: readonly ViewStatus[];
  readonly registrations: readonly {
    readonly service: string;
    readonly instance: string;
    readonly incarnation: number;
    readonly silentMs: number | undefined;
  }[];
}
