import type { HeartbeatBody } from '#contracts';
import { LoopLag } from './loop-lag.js';
import type { VitalsBoard } from './vitals-board.js';

/** What a heartbeat says of its process. The main thread writes the board; this reads it in any thread. */
export class VitalsReader {
  readonly lag: LoopLag;
  readonly #board: VitalsBoard;
  /** Config revision applied, by application. */
  config: Readonly<Record<string, number>> = {};

  constructor(board: VitalsBoard) {
    this.#board = board;
    this.lag = new LoopLag(board);
  }

  get facts(): Pick<HeartbeatBody, 'position' | 'callsInFlight' | 'config'> {
    const { position, callsInFlight } = this.#board;
    const hasConfig = Object.keys(this.config).length > 0;
    return {
      position,
      ...(callsInFlight === undefined ? {} : { callsInFlight }),
      ...(hasConfig ? { config: this.config } : {}),
    };
  }
}
