import type { InstanceView, ServiceView } from '#contracts';

/** What the local view says of one service. Asking costs no network. */
export interface LocalView {
  /** Changes whenever anything the view says of the service changes. */
  readonly revision: number;
  /** Journal sequence what it says reflects. */
  readonly sequence: number;
  /** Time since it was last heard of, in ms. */
  readonly staleMs: number;
  /** True when nothing was heard for several beacons, or the broker is away: what it says is the last known. */
  readonly isStale: boolean;
  /** Every instance it knows of, the departed too. */
  instances(): readonly InstanceView[];
  policy(): ServiceView | undefined;
}

/** Who calls, as routing rules and zones see it. The same object while nothing of it changes. */
export interface CallerFacts {
  readonly service?: string;
  readonly zone?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
