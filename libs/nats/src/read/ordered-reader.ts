import { type ConsumerMessages, jetstream, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { limits } from '#contracts';
import { brokerError } from '../connection/broker-error.js';

export interface ReadOrder {
  readonly stream: string;
  readonly domain?: string;
  readonly filterSubjects?: readonly string[];
  /** Where to begin: a sequence, a time, the last message of each subject, or (default) the first message. */
  readonly from?: { readonly sequence: number } | { readonly time: Date } | 'last-per-subject';
}

export interface OpenedReader {
  /** Messages that were waiting when the reader was opened. */
  readonly pending: number;
  /** Asks the broker how many are waiting now. */
  pendingNow(): Promise<number>;
  close(): void;
}

/**
 * Opens an ordered push consumer and hands every message to the callback, which must not throw.
 * Not the ordered pull consumer: in nats.js 3.4.0 it stalls after a reconnect (measured).
 */
export async function openReader(
  connection: NatsConnection,
  order: ReadOrder,
  onMessage: (message: JsMsg) => void,
): Promise<OpenedReader> {
  try {
    const client = jetstream(connection, order.domain === undefined ? {} : { domain: order.domain });
    const consumer = await client.consumers.getPushConsumer(order.stream, startOptions(order));
    const pending = (await consumer.info(true)).num_pending;
    const messages: ConsumerMessages = await consumer.consume({ callback: onMessage });
    return {
      pending,
      pendingNow: async () => (await consumer.info()).num_pending,
      close: () => {
        const ignore = (): undefined => undefined;
        void messages.close().catch(ignore);
        void consumer.delete().catch(ignore);
      },
    };
  } catch (error) {
    throw brokerError(error, `reading the stream "${order.stream}"`);
  }
}

function startOptions({ from, filterSubjects }: ReadOrder) {
  const filter = filterSubjects === undefined ? {} : { filter_subjects: [...filterSubjects] };
  if (from === undefined) return { ...filter, deliver_policy: 'all' as const };
  if (from === 'last-per-subject') return { ...filter, deliver_policy: 'last_per_subject' as const };
  return 'sequence' in from
    ? { ...filter, deliver_policy: 'by_start_sequence' as const, opt_start_seq: Math.max(1, from.sequence) }
    : { ...filter, deliver_policy: 'by_start_time' as const, opt_start_time: from.time.toISOString() };
}

export interface ReadAllOrder extends ReadOrder {
  /** Gives up with ROLLCALL_BROKER_UNREACHABLE when nothing arrives for so long. Default 10 s. */
  readonly stallMs?: number;
  readonly isAborted?: () => boolean;
  /** Asked after each message: true ends the reading early. */
  readonly isDone?: () => boolean;
  /**
   * A sequence that is known to be there, by the word of the leader: reading ends with it and not before. Without it,
   * reading ends when the server that reads says that nothing is pending, and a replica that lags says so too early.
   */
  readonly until?: number;
}

/** How long silence lasts before the broker is asked whether anything is still to come. */
const SILENCE_MS = 250;

/** Reads everything that is there now and resolves when the last of it has been handed over. */
export async function readAll(
  connection: NatsConnection,
  order: ReadAllOrder,
  onMessage: (message: JsMsg) => void,
): Promise<void> {
  const stallMs = order.stallMs ?? limits.readTimeoutMs;
  let lastAtMs = performance.now();
  let isDone = false;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const reader = await openReader(connection, order, (message) => {
    if (isDone) return;
    lastAtMs = performance.now();
    onMessage(message);
    const isLast =
      order.until === undefined ? message.info.pending === 0 : message.info.streamSequence >= order.until;
    if (isLast || order.isDone?.() === true) {
      isDone = true;
      finish();
    }
  });
  if (reader.pending === 0 && order.until === undefined) finish();
  let failure: string | undefined;
  const watchdog = setInterval(() => {
    const silentMs = performance.now() - lastAtMs;
    if (order.isAborted?.() === true) failure = 'it was given up';
    else if (silentMs > stallMs) failure = `nothing arrived for ${stallMs} ms`;
    if (failure !== undefined) finish();
    // A message that was to come last may have expired meanwhile: then none says "nothing is pending".
    else if (silentMs > SILENCE_MS && order.until === undefined)
      void reader.pendingNow().then(
        (pending) => pending === 0 && finish(),
        () => undefined,
      );
  }, SILENCE_MS);
  await finished;
  isDone = true;
  clearInterval(watchdog);
  reader.close();
  if (failure !== undefined) throw brokerError(new Error(failure), `reading the stream "${order.stream}"`);
}
