import type { HeartbeatBody } from '#contracts';
import { LoopLag } from './loop-lag.js';
import type { ConfigVitals } from './vitals.js';
import type { VitalsBoard } from './vitals-board.js';

/** What a heartbeat says of its process. The main thread writes the board; this reads it in any thread. */
export class VitalsReader {
  readonly lag: LoopLag;
  readonly #board: VitalsBoard;
  /** What is applied of config, and what was refused. */
  config: ConfigVitals = {};

  constructor(board: VitalsBoard) {
    this.#board = board;
    this.lag = new LoopLag(board);
  }

  get facts(): Pick<HeartbeatBody, 'position' | 'callsInFlight'> & ConfigVitals {
    const { position, callsInFlight } = this.#board;
    return {
      position,
      ...(callsInFlight === undefined ? {} : { callsInFlight }),
      ...this.config,
    };
  }
}
