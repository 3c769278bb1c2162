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
  /** Resolves when `orders/orders-1` has been shown as up, with where its first endpoint is. */
  whenUp(name: string): Promise<string>;
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
  const up = new Map<string, string>();
  const waiting = new Map<string, (where: string) => void>();
  connection.subscribe(subjects.discoveryAll, {
    callback: (error, message) => {
      const change = error === null ? readChange(message.subject, message.string(), subjects) : null;
      if (change === null) return;
      throttled(feedLine(change, paint));
      if (change.status !== 'up') return;
      const name = `${change.service}/${change.instance}`;
      up.set(name, change.where);
      waiting.get(name)?.(change.where);
    },
  });
  await connection.flush();
  return {
    whenUp: (name) =>
      new Promise((resolve) => {
        const where = up.get(name);
        if (where === undefined) waiting.set(name, resolve);
        else resolve(where);
      }),
    close: () => connection.close(),
  };
}
