import type { Clock } from './clock.js';
import type { Log } from './log.js';

type Level = 'warn' | 'error';

interface Window {
  count: number;
  endsAtMs: number;
}

const WINDOW_MS = 10_000;
const TOLD_MAX = 5;

/**
 * A log that a flood cannot fill: of warnings with the same text, the first few in ten seconds are told, then how
 * many more there were. Texts are constants of ours; what varies is in the facts.
 */
export function calmLog(log: Log, clock: Clock): Log {
  const windows = new Map<string, Window>();
  const tell =
    (level: Level): Log[Level] =>
    (text, facts) => {
      const nowMs = clock.monotonicMs();
      const window = windows.get(text);
      if (window === undefined || nowMs >= window.endsAtMs) {
        const hidden = Math.max(0, (window?.count ?? 0) - TOLD_MAX);
        if (hidden > 0) log[level](`${text} (and ${hidden} more like it before)`);
        windows.set(text, { count: 1, endsAtMs: nowMs + WINDOW_MS });
        log[level](text, facts);
        return;
      }
      window.count += 1;
      if (window.count === TOLD_MAX + 1)
        log[level](`${text} (many; only counted for ${WINDOW_MS / 1_000} s)`);
      else if (window.count <= TOLD_MAX) log[level](text, facts);
    };
  return { info: (text, facts) => log.info(text, facts), warn: tell('warn'), error: tell('error') };
}
