import { TICK_MS, type VitalsBoard } from './vitals-board.js';

/** Shows on the board, from the main thread, that its event loop turns. */
export class Ticker {
  readonly #timer: NodeJS.Timeout;

  constructor(board: VitalsBoard, read: () => { position: number; callsInFlight: number | undefined }) {
    const tick = (): void => {
      const { position, callsInFlight } = read();
      board.tick(position, callsInFlight);
    };
    tick();
    this.#timer = setInterval(tick, TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
