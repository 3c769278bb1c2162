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

const never = new Promise<never>(() => undefined);

export async function launchBroker(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<LaunchedBroker> {
  const found = await findBroker({ env, progress: say });
  if (found.kind === 'server') return joined(found.url, env, found.info?.version);
  const broker = await startBroker({ binary: found.binary, ...brokerSettings(env), progress: say });
  const { url, user, password, sys, version } = broker;
  return {
    access: { url, user, password },
    told: `nats-server ${version} on ${url.replace(/^nats:\/\//, '')}${broker.adopted ? ' (it was left running)' : ''}`,
    env: { NATS_URL: url, NATS_USER: user, NATS_PASSWORD: password },
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

/** A server somebody else runs is neither configured nor stopped by us. */
function joined(url: string, env: NodeJS.ProcessEnv, version = ''): LaunchedBroker {
  const optional = { user: env['NATS_USER'], password: env['NATS_PASSWORD'], token: env['NATS_TOKEN'] };
  const files = { credsFile: env['NATS_CREDS'], nkeySeed: env['NATS_NKEY'] };
  const tls = { caFile: env['NATS_CA'], certFile: env['NATS_CERT'], keyFile: env['NATS_KEY'] };
  return {
    access: {
      url,
      ...given(optional),
      ...given(files),
      ...(Object.keys(given(tls)).length > 0 ? { tls: given(tls) } : {}),
    },
    told: `joined nats-server ${version} at ${url.replaceAll(/\/\/[^@/,]*@/g, '//')}`,
    env: {},
    registryEnv: {},
    failed: never,
    stop: async () => undefined,
  };
}

function given<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  ) as {
    [K in keyof T]?: string;
  };
}
