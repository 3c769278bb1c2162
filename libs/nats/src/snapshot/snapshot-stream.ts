import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/nats-core';
import { limits, RollcallError } from '#contracts';
import { brokerError } from '../connection/broker-error.js';
import { askStreamApi, type StoredStream, type StreamPlace } from './stream-api.js';

/** Of chunks on their way. The broker waits when so many bytes are not acknowledged. */
const CHUNK_BYTES = 128 * 1024;
const WINDOW_BYTES = 4 * 1024 * 1024;

/**
 * Reads a whole stream as the broker stores it, while it is written to, and hands it over in chunks. The broker
 * checks its own checksums first. A chunk is acknowledged when it has been taken, so that a slow disk holds the broker
 * back instead of filling our memory.
 * @returns the stream as it was when reading began; what was written meanwhile may be in the chunks as well
 */
export async function snapshotStream(
  connection: NatsConnection,
  place: StreamPlace,
  onChunk: (chunk: Uint8Array, of: StoredStream) => Promise<void>,
): Promise<StoredStream> {
  const { inboxPrefix } = (connection as unknown as { options?: { inboxPrefix?: string } }).options ?? {};
  const inbox = createInbox(inboxPrefix);
  const chunks = connection.subscribe(inbox);
  const watchdog = new Stall(chunks);
  try {
    const wanted = {
      deliver_subject: inbox,
      no_consumers: true,
      jsck: true,
      chunk_size: CHUNK_BYTES,
      window_size: WINDOW_BYTES,
    };
    const stored = await askStreamApi<StoredStream>(connection, place, 'SNAPSHOT', wanted);
    watchdog.start();
    await takeChunks(chunks, place.stream, async (chunk) => {
      watchdog.touch();
      await onChunk(chunk, stored);
      watchdog.touch();
    });
    return stored;
  } finally {
    watchdog.stop();
    chunks.unsubscribe();
  }
}

/** Until the empty message that ends a snapshot. A chunk that never came shows by the number of the next. */
async function takeChunks(
  chunks: Subscription,
  stream: string,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  let expected = 1;
  for await (const message of chunks) {
    if (message.data.length === 0) {
      const { code = 204, description = '' } = message.headers ?? {};
      if (code === 204) return;
      throw broken(stream, `the broker ended it with ${code} "${description}"`);
    }
    const index = indexOf(message);
    if (index !== undefined && index !== expected) throw broken(stream, `chunk ${expected} was lost`);
    expected += 1;
    await take(message.data);
    message.respond();
  }
  throw broken(stream, `nothing arrived for ${limits.backupStallMs} ms`);
}

/** The broker numbers chunks in their reply subject; the last one has none. */
function indexOf({ reply }: Msg): number | undefined {
  return reply === undefined || reply === '' ? undefined : Number(reply.slice(reply.lastIndexOf('.') + 1));
}

function broken(stream: string, what: string): RollcallError {
  return brokerError(new Error(what), `reading a snapshot of the stream "${stream}"`);
}

/** Ends a subscription on which nothing has happened for too long. */
class Stall {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly subscription: Subscription) {}

  start(): void {
    this.#timer = setTimeout(() => this.subscription.unsubscribe(), limits.backupStallMs);
  }

  touch(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
