import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { isRollcallError } from '#contracts';
import type { Log } from '#application';
import { type BrokerAccess, connectBroker } from '#nats';

export interface JoinOptions<Joined> {
  readonly access: BrokerAccess;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What is opened on the connection; when it fails, the connection is closed and all begins again. */
  readonly open: (connection: NatsConnection) => Promise<Joined>;
  /** Told why it has not worked yet, after each attempt. */
  readonly onTrouble: (error: Error) => void;
}

const RETRY_MS = 500;
/** The same trouble is told again only so often. */
const REMIND_MS = 15_000;
/** A server that starts, or a cluster that elects, has no JetStream for a moment. */
const NO_JETSTREAM_GRACE_MS = 3_000;

/**
 * Connects and opens, again and again until it works: a registry may be started before its broker.
 * @throws what trying again cannot heal, and ROLLCALL_UNAVAILABLE when the signal ends it
 */
export async function joinBroker<Joined>(options: JoinOptions<Joined>): Promise<Joined> {
  const { access, log, signal } = options;
  const remind = reminder((error) =>
    log.warn('waiting for the broker', { url: access.url, trouble: error.message }),
  );
  let noJetStreamSinceMs: number | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt(options);
    } catch (error) {
      signal.throwIfAborted();
      if (isRollcallError(error, 'ROLLCALL_BROKER_NO_JETSTREAM')) {
        noJetStreamSinceMs ??= performance.now();
        if (performance.now() - noJetStreamSinceMs > NO_JETSTREAM_GRACE_MS) throw error;
      } else if (!isRollcallError(error) || !error.retryable) throw error;
      options.onTrouble(error);
      remind(error);
    }
    await delay(RETRY_MS, undefined, { signal });
  }
}

async function attempt<Joined>({ access, open, signal }: JoinOptions<Joined>): Promise<Joined> {
  const connection = await connectBroker(access);
  // Stopping must not wait for answers that a broken broker never gives.
  const abandon = (): void => void connection.close();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    return await open(connection);
  } catch (error) {
    await connection.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}

function reminder(tell: (error: Error) => void): (error: Error) => void {
  let told = '';
  let toldAtMs = -Infinity;
  return (error) => {
    if (error.message === told && performance.now() - toldAtMs < REMIND_MS) return;
    told = error.message;
    toldAtMs = performance.now();
    tell(error);
  };
}
