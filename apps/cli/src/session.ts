import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { BackupPlace } from '#archive';
import { brokerSettings, findLocalBroker } from '#broker';
import {
  createStreamNames,
  createSubjects,
  RollcallError,
  type StreamNames,
  type Subjects,
} from '#contracts';
import { JetStreamAudit, JetStreamJournal, JetStreamSnapshots, JetStreamViewBucket } from '#jetstream';
import { type BrokerAccess, brokerError, connectBroker } from '#nats';
import type { ReadSettings, Settings } from '#platform';

/** One command's connection to a registry. It creates and changes no stream: that is for the registry. */
export interface Session {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  readonly domain?: string;
  readonly journal: JetStreamJournal;
  readonly bucket: JetStreamViewBucket;
  readonly snapshots: JetStreamSnapshots;
  readonly audit: JetStreamAudit;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 3_000;

/**
 * Joins the broker of NATS_URL, or else the one that `npm start` runs beside us.
 * @throws ROLLCALL_BROKER_UNREACHABLE, ROLLCALL_BROKER_REFUSED_LOGIN, ROLLCALL_BROKER_NO_JETSTREAM, ROLLCALL_NOT_FOUND
 */
export async function openSession(read: ReadSettings): Promise<Session> {
  const place = await openPlace(read);
  const { connection, manager, streams } = place;
  try {
    const journal = new JetStreamJournal(place, manager);
    await checkRegistry(manager, streams, read.settings.prefix);
    return {
      ...place,
      journal,
      bucket: new JetStreamViewBucket(place),
      snapshots: new JetStreamSnapshots(place, manager),
      audit: new JetStreamAudit(place, manager),
      close: async () => {
        journal.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A broker that may hold no registry yet, and the names one would have there. Whoever opens it closes the connection. */
export async function openPlace({ settings }: ReadSettings): Promise<BackupPlace> {
  const connection = await connect(settings);
  try {
    const { prefix, domain } = settings;
    const inDomain = domain === undefined ? {} : { domain };
    const manager = await jetstreamManager(connection, { checkAPI: false, ...inDomain });
    return {
      connection,
      manager,
      subjects: createSubjects(prefix),
      streams: createStreamNames(prefix),
      ...inDomain,
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function connect(settings: Settings): Promise<NatsConnection> {
  const found = settings.isBrokerGiven ? null : await findLocalBroker(brokerSettings().dataDir);
  const access: BrokerAccess =
    found === null ? settings.broker : { url: found.url, user: found.user, password: found.password };
  try {
    return await connectBroker({ ...access, name: 'rollcall-cli', connectTimeoutMs: CONNECT_TIMEOUT_MS });
  } catch (error) {
    if (settings.isBrokerGiven) throw error;
    const { code, what } = brokerError(error, `connecting to ${access.url}`);
    throw new RollcallError(code, `${what}; no registry of this directory runs, and NATS_URL is not set`, {
      action: 'Run "npm start" here, or set NATS_URL to the broker of a registry.',
      cause: error,
    });
  }
}

/** A broker without our streams has no registry, or one with another prefix. */
async function checkRegistry(
  manager: JetStreamManager,
  { journal, view }: StreamNames,
  prefix: string,
): Promise<void> {
  const names = new Set<string>();
  try {
    for await (const name of manager.streams.names()) names.add(name);
  } catch (error) {
    throw noJetStream(error) ?? brokerError(error, 'looking for the registry');
  }
  if (names.has(journal) && names.has(view)) return;
  const where = prefix === '' ? 'without a prefix' : `with prefix "${prefix}"`;
  throw new RollcallError(
    'ROLLCALL_NOT_FOUND',
    `this broker holds no registry ${where} (stream "${journal}" is not there)`,
    {
      action: 'Start a registry on it once, or set ROLLCALL_PREFIX to the one it uses.',
    },
  );
}

function noJetStream(error: unknown): RollcallError | undefined {
  const text = String(error);
  if (!/jetstream is not enabled|no responders|not enabled for account/i.test(text)) return undefined;
  return new RollcallError('ROLLCALL_BROKER_NO_JETSTREAM', 'the broker answers no JetStream request', {
    cause: error,
  });
}
