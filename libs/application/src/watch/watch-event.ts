import type { ViewRecord } from '#contracts';

/** What a watcher is told. */
export type WatchEvent =
  /** An instance is there, changed, or gone. */
  | { readonly kind: 'change'; readonly record: ToldRecord }
  /** Everything up to this journal sequence has been told; come back with it. */
  | { readonly kind: 'position'; readonly sequence: number }
  /**
   * Steps were left out. `complete`: what follows until `resynced` is everything there is, and what was known before
   * is to be forgotten. Otherwise what follows is the newest state of what changed.
   */
  | {
      readonly kind: 'gap';
      readonly reason: GapReason;
      readonly complete: boolean;
      readonly skipped?: number;
    }
  /** What was known is as of this sequence again. */
  | { readonly kind: 'resynced'; readonly reason: string; readonly sequence: number };

/** `too-old`: changes since then are no longer kept. `slow`: the reader did not keep up. */
export type GapReason = 'too-old' | 'slow';

/** A change as a filtered watcher sees it: an instance that stays, but no longer fits, is removed for it. */
export type ToldRecord = ViewRecord & { readonly unmatched?: true };

/** Where a watcher's events go. */
export interface WatchSink {
  /** Too much waits to be taken; `onDrained` is called when there is room again. */
  readonly isFull: boolean;
  send(event: WatchEvent): void;
  /** Ends it from our side. */
  end(): void;
}
