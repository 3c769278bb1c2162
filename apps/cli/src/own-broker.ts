import { brokerSettings, findBinary, findLocalBroker, type RunningBroker, startBroker } from '#broker';
import type { ReadSettings } from '#platform';
import { remark } from './output/print.js';

/**
 * Runs something while the broker of this directory runs: the one that is there, or else one that is started for it
 * and ended after it. With NATS_URL set there is nothing to start.
 */
export async function withBroker<Result>(
  { settings }: ReadSettings,
  work: () => Promise<Result>,
): Promise<Result> {
  const { dataDir, port } = brokerSettings();
  if (settings.isBrokerGiven || (await findLocalBroker(dataDir)) !== null) return work();
  const broker = await startOwnBroker({ dataDir, port });
  try {
    return await work();
  } finally {
    await broker.stop();
  }
}

/** @param syncInterval as nats-server takes it; default `always` */
export async function startOwnBroker(options: {
  readonly dataDir: string;
  readonly port: number;
  readonly syncInterval?: string;
}): Promise<RunningBroker> {
  return startBroker({ binary: await findBinary({ progress: remark }), ...options });
}
