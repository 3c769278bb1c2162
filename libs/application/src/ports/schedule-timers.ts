import type { ConfigScheduleAggregateId } from '#contracts';
import type { OpenReader } from './journal.js';

/** Timers that outlive every process of ours: the broker keeps them, and says when the time has come. */
export interface ScheduleTimers {
  /** Sets the timer of a schedule, or sets it anew. A time in the past comes at once. */
  arm(id: ConfigScheduleAggregateId, atMs: number): Promise<void>;
  /** Takes the timer away, if there is one. */
  disarm(id: ConfigScheduleAggregateId): Promise<void>;
  /**
   * Hands over every schedule whose time has come, to one of all processes that listen. What the handler rejects, or
   * does not finish because the process ends, is handed over again.
   * @param handler is told the broker's time, in ms
   */
  listen(handler: (id: ConfigScheduleAggregateId, atMs: number) => Promise<void>): Promise<OpenReader>;
}
