import type { Subjects } from '#contracts';
import { type BrokerAccess, connectBroker } from '#nats';
import { feedLine, readChange } from './feed-line.js';
import type { Paint } from './paint.js';

const WINDOW_MS = 1_000;
/** More than this in a second nobody reads. */
const LINES_PER_WINDOW = 25;

/** Lets through so many lines a second and counts the rest. */
export function createThrottle(print: (line: string) => void): (line: string) => void {
  let shown = 0;
  let timer: NodeJS.Timeout | undefined;
  const endWindow = () => {
    if (shown > LINES_PER_WINDOW) print(`         … ${shown - LINES_PER_WINDOW} more changes`);
    shown = 0;
    timer = undefined;
  };
  return (line) => {
    timer ??= setTimeout(endWindow, WINDOW_MS).unref();
    shown += 1;
    if (shown <= LINES_PER_WINDOW) print(line);
  };
}

/** What a feed can do besides printing. */
export interface Feed {
  /** Waits until each of these (`orders/orders-1`) was shown as up. @returns those that were not, in time */
  awaitUp(names: readonly string[], timeoutMs: number): Promise<string[]>;
  close(): Promise<void>;
}

/** Prints a line for every change of the view until it is closed. Consumers see the same subjects. */
export async function openFeed(
  access: BrokerAccess,
  subjects: Subjects,
  paint: Paint,
  print: (line: string) => void,
): Promise<Feed> {
  const connection = await connectBroker({ ...access, name: 'rollcall-feed' });
  const throttled = createThrottle(print);
  const up = new Set<string>();
  let onUp: () => void = () => undefined;
  connection.subscribe(subjects.discoveryAll, {
    callback: (error, message) => {
      const change = error === null ? readChange(message.subject, message.string(), subjects) : null;
      if (change === null) return;
      throttled(feedLine(change, paint));
      if (change.status !== 'up') return;
      up.add(`${change.service}/${change.instance}`);
      onUp();
    },
  });
  await connection.flush();
  return {
    awaitUp: async (names, timeoutMs) => {
      const missing = () => names.filter((name) => !up.has(name));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        onUp = () => {
          if (missing().length > 0) return;
          clearTimeout(timer);
          resolve();
        };
        onUp();
      });
      return missing();
    },
    close: () => connection.close(),
  };
}
