import type { HeartOrder, Standing } from './order.js';
import type { ConfigVitals } from './vitals.js';

/** Shows that one incarnation is alive: beats, and answers when it is probed. */
export interface Heart {
  /** Time since the last acknowledged beat, in ms; Infinity before the first, undefined when it never beats. */
  readonly silentMs: number | undefined;
  /** The instance has said something new of itself. */
  stands(standing: Standing): void;
  stop(): void;
}

/** Where hearts run is a decision of its own: on a thread and connections of theirs, or beside everything else. */
export interface Hearts {
  /**
   * Begins to beat at once.
   * @param onWritten told when the heart has changed the instance's status, which only a heart on a thread of its
   *   own does
   */
  start(order: HeartOrder, onWritten: (standing: Standing) => void): Heart;
  /** Tells with every beat from now on which configuration is applied, and what was refused. */
  tellConfig(config: ConfigVitals): void;
  /** Leaves the present connections and makes new ones. The one of the client itself is not theirs. */
  reconnect(): void;
  close(): Promise<void>;
}
