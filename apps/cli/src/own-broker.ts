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

interface OwnBroker {
  readonly dataDir: string;
  readonly port: number;
  /** What is lost with the machine can be made again: it is not synced before every acknowledgement. */
  readonly isDisposable?: boolean;
}

export async function startOwnBroker({ dataDir, port, isDisposable }: OwnBroker): Promise<RunningBroker> {
  const binary = await findBinary({ progress: remark });
  return startBroker({ binary, dataDir, port, ...(isDisposable === true && { syncInterval: '2m' }) });
}
