import { brokerSettings, findBroker, type RunningBroker, startBroker } from '#broker';
import { RollcallError } from '#contracts';
import type { BrokerAccess } from '#nats';

/** The broker everything runs on: joined or started. */
export interface LaunchedBroker {
  readonly access: BrokerAccess;
  /** One line for people. */
  readonly told: string;
  /** What every app needs to join it; nothing for a joined one, whose settings the apps inherit. */
  readonly env: Readonly<Record<string, string>>;
  /** What the registry alone gets. */
  readonly registryEnv: Readonly<Record<string, string>>;
  /** Rejects when a server we run has ended; never settles for a joined one. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Logins for some other broker that a shell may hold; blank counts as not set. */
const noOtherLogin = {
  NATS_TOKEN: '',
  NATS_CREDS: '',
  NATS_NKEY: '',
  NATS_TLS_CA: '',
  NATS_TLS_CERT: '',
  NATS_TLS_KEY: '',
};

const never = new Promise<never>(() => undefined);

export async function launchBroker(
  env: NodeJS.ProcessEnv,
  login: BrokerAccess,
  say: (line: string) => void,
): Promise<LaunchedBroker> {
  const found = await findBroker({ env, progress: say });
  if (found.kind === 'server') return joined(login, found.info?.version);
  const broker = await startBroker({ binary: found.binary, ...brokerSettings(env), progress: say });
  const { url, user, password, sys, version } = broker;
  const where = url.replace(/^nats:\/\//, '');
  return {
    access: { url, user, password },
    told: `nats-server ${version} on ${where}${broker.adopted ? ' (it was left running)' : ''}`,
    env: { ...noOtherLogin, NATS_URL: url, NATS_USER: user, NATS_PASSWORD: password },
    registryEnv: { ROLLCALL_SYS_USER: sys.user, ROLLCALL_SYS_PASSWORD: sys.password },
    failed: failure(broker),
    stop: () => broker.stop(),
  };
}

function failure(broker: RunningBroker): Promise<never> {
  const failed = broker.exited.then(async () => {
    throw new RollcallError(
      'ROLLCALL_BROKER_DIED',
      `nats-server ended. Its last lines:\n${await broker.lastWords()}\n`,
      {
        action: `Its whole log is "${broker.files.log}".`,
      },
    );
  });
  // It also ends when it is stopped, and then nobody waits for this.
  failed.catch(() => undefined);
  return failed;
}

/** A server somebody else runs is neither configured nor stopped by us; the apps inherit how to enter it. */
function joined(login: BrokerAccess, version?: string): LaunchedBroker {
  return {
    access: login,
    told: `joined nats-server ${version === undefined ? '' : `${version} `}at ${login.url}`,
    env: {},
    registryEnv: {},
    failed: never,
    stop: async () => undefined,
  };
}
