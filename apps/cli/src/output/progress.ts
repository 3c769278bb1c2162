const REDRAW_MS = 100;

export interface Progress {
  at(done: number, of: number): void;
  end(): void;
}

/** How far something long has come, on standard error, and only where somebody watches. */
export function showProgress(title: string): Progress {
  const out = process.stderr;
  if (!out.isTTY) return { at: () => undefined, end: () => undefined };
  let drawnAtMs = -Infinity;
  return {
    at: (done, of) => {
      const nowMs = performance.now();
      if (nowMs - drawnAtMs < REDRAW_MS) return;
      drawnAtMs = nowMs;
      const share = of === 0 ? 100 : Math.floor((done / of) * 100);
      out.write(`\r\u001B[2K${title} ${share} % (${done} of ${of})`);
    },
    end: () => out.write('\r\u001B[2K'),
  };
}

/** The same for something of several parts, each with a title of its own. */
export function showStages(): {
  readonly at: (title: string, done: number, of: number) => void;
  end(): void;
} {
  let title: string | undefined;
  let progress: Progress | undefined;
  return {
    at: (next, done, of) => {
      if (next !== title) {
        progress?.end();
        [title, progress] = [next, showProgress(next)];
      }
      progress?.at(done, of);
    },
    end: () => progress?.end(),
  };
}
