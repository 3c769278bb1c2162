import type { InstanceView, ViewRecord } from '#contracts';
import type { ResyncReason } from '#nats';

export type InstanceChange = ViewRecord<InstanceView>;

/** What a watcher is told: once who is there, then every change, and when something may have been missed. */
export type WatchEvent =
  | { readonly type: 'snapshot'; readonly instances: readonly InstanceView[]; readonly position: number }
  | { readonly type: 'change'; readonly change: InstanceChange }
  /** The view was loaded anew; `changes` differences were told just before, as changes. */
  | {
      readonly type: 'resynced';
      readonly position: number;
      readonly reason: ResyncReason;
      readonly changes: number;
    };

/** Must not throw; what it throws is handed to `onTrouble`. */
export type WatchHandler = (event: WatchEvent) => void;

export interface Watch {
  /** Journal sequence what was told reflects. */
  readonly position: number;
  /** Time since the view was last heard of, in ms. */
  readonly staleMs: number;
  close(): void;
}
