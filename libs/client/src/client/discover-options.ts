import type { PastMoment } from '../past/past.js';

export interface DiscoverOptions {
  /** As it was: a journal sequence, a time, or a while ago such as `-15m`. The registry is asked. */
  readonly at?: PastMoment;
  /** Wait until the view reflects this journal sequence, such as the one a write returned. */
  readonly atLeast?: number;
  /** How long to wait for it, or for the first snapshot. Default 10,000. */
  readonly timeoutMs?: number;
  /** Also those that left, expired or were evicted, with their `departure`, for as long as they are remembered. */
  readonly withDeparted?: boolean;
}
