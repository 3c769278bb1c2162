import type { VitalsBoard } from './vitals-board.js';

/** The longest delay of the event loop since it was last taken from this window, in ms. */
export interface LagWindow {
  take(): number;
  close(): void;
}

/** Reads the delays of the main thread's event loop for several who each ask in their own rhythm. */
export class LoopLag {
  readonly #board: VitalsBoard;
  readonly #windows = new Set<{ longestMs: number }>();

  constructor(board: VitalsBoard) {
    this.#board = board;
  }

  /** How long the loop is held up at this moment, in ms. */
  get nowMs(): number {
    return Math.round(this.#board.heldUpMs);
  }

  open(): LagWindow {
    const window = { longestMs: 0 };
    this.#windows.add(window);
    return {
      take: () => {
        this.#distribute();
        const { longestMs } = window;
        window.longestMs = 0;
        return Math.round(longestMs);
      },
      close: () => void this.#windows.delete(window),
    };
  }

  #distribute(): void {
    const longestMs = Math.max(this.#board.takeLongestMs(), this.#board.heldUpMs);
    for (const window of this.#windows) window.longestMs = Math.max(window.longestMs, longestMs);
  }
}
