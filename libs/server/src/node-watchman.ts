import { hostname } from 'node:os';
import type { NatsConnection } from '@nats-io/nats-core';
import { errorText, type ViewRecord } from '#contracts';
import { createWatchman, type Projection, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startHealthChecker } from './node-health-checker.js';
import type { OpenOptions } from './open-options.js';

/** The watchman of one process, with the connection it hears of lost connections by. */
export interface NodeWatchman {
  onChange(key: string, record: ViewRecord): void;
  stop(): Promise<void>;
}

/** Starts to watch. The view must have been loaded; changes are handed in from then on. */
export async function startWatchman(
  options: OpenOptions,
  store: RegistryStore,
  projection: Projection,
): Promise<NodeWatchman> {
  const systemConnection = await connectSystem(options);
  const observer = `${hostname()}-${process.pid}`;
  const watchman = createWatchman(store, {
    table: projection.table,
    observer,
    ...(systemConnection === undefined ? {} : { systemConnection }),
  });
  try {
    await watchman.start();
  } catch (error) {
    // Joining is tried again and again: each attempt would leave a connection behind.
    await watchman.stop().catch(() => undefined);
    await systemConnection?.close();
    throw error;
  }
  const healthChecker = startHealthChecker(store, projection, observer);
  return {
    onChange: (key, record) => {
      watchman.onChange(key, record);
      healthChecker.onChange(key, record);
    },
    stop: async () => {
      healthChecker.stop();
      await watchman.stop();
      await systemConnection?.close();
    },
  };
}

/** Without a system account lost connections show by lapsed heartbeats: seconds later, but surely. */
async function connectSystem({ settings, log, name }: OpenOptions): Promise<NatsConnection | undefined> {
  if (settings.sys === undefined) {
    log.info('no system account: a lost connection is noticed when its heartbeat lapses');
    return undefined;
  }
  try {
    const { url, tls } = settings.broker;
    const { user, password } = settings.sys;
    return await connectBroker({
      url,
      user,
      password,
      name: `${name}-system`,
      ...(tls === undefined ? {} : { tls }),
    });
  } catch (error) {
    log.warn('the system account cannot be entered; a lost connection is noticed when its heartbeat lapses', {
      error: errorText(error),
    });
    return undefined;
  }
}
