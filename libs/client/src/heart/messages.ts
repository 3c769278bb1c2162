import type { ConnectionRecipe } from '#nats';
import type { HeartOrder, Standing } from './order.js';
import type { HeartTrouble } from './pulse.js';
import type { ConfigVitals } from './vitals.js';

/** Everything the heart's thread must know from the start. */
export interface WorkerData {
  readonly board: SharedArrayBuffer;
  readonly recipe: ConnectionRecipe;
  readonly prefix: string;
  readonly domain?: string;
}

export type ToWorker =
  | { readonly type: 'start'; readonly key: number; readonly order: HeartOrder }
  | { readonly type: 'stands'; readonly key: number; readonly standing: Standing }
  | { readonly type: 'stop'; readonly key: number }
  | { readonly type: 'config'; readonly config: ConfigVitals }
  | { readonly type: 'reconnect' }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'beaten'; readonly key: number; readonly atMs: number }
  | { readonly type: 'trouble'; readonly trouble: HeartTrouble }
  /** The thread has no connection for this heart, and goes on trying. */
  | { readonly type: 'stranded'; readonly key: number; readonly text: string }
  /** The thread beats for this heart again. */
  | { readonly type: 'carried'; readonly key: number }
  /** The thread has changed what the instance says of itself. */
  | { readonly type: 'written'; readonly key: number; readonly standing: Standing }
  /** Something else went wrong that no call is waiting for. */
  | { readonly type: 'failed'; readonly text: string };
