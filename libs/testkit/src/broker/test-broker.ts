import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRollcallError } from '#contracts';
import { type BrokerLogin, type BrokerUser, findBinary, type RunningBroker, startBroker } from '#broker';
import { freePort } from './free-port.js';
import { watchServer } from './watchdog.js';

export interface TestBrokerOptions {
  /** Sync to disk before every acknowledgement, as in production. Off by default: tests want the speed. */
  readonly synced?: boolean;
  /** Storage limit of the server; small to make it run full. */
  readonly maxFileStoreBytes?: number;
  /** Further users of the registry's account, with permissions in nats-server's words. */
  readonly extraUsers?: readonly BrokerUser[];
  /** Appended to the generated configuration, in nats-server's language. */
  readonly extraConfig?: string;
  /** Keep data here instead of in a temporary directory that is removed by stop(). */
  readonly dataDir?: string;
  readonly port?: number;
}

/** A real nats-server of a test's own. Always stop() it. */
export interface TestBroker {
  readonly url: string;
  readonly port: number;
  /** The registry's account, with JetStream. */
  readonly user: string;
  readonly password: string;
  readonly sys: BrokerLogin;
  readonly dataDir: string;
  /** Changes with every restart. */
  readonly pid: number;
  /** Ready to be handed to `connect()` of a NATS client. */
  readonly connection: { readonly servers: string; readonly user: string; readonly pass: string };
  readonly sysConnection: { readonly servers: string; readonly user: string; readonly pass: string };
  /** The settings a Rollcall process needs to join it. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the server as a crash would (SIGKILL) or politely (SIGTERM); returns when it has ended. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it again on the same port and data; ends it first when it runs. */
  restart(): Promise<void>;
  /** Makes it hang, sockets open, and go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const PORT_ATTEMPTS = 5;

/** Starts a nats-server for a test, in about 30 ms. The binary comes from the project cache when it is there. */
export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const binary = await findBinary();
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'rollcall-test-')));
  const start = async (port: number) => {
    const broker = await startBroker({
      binary,
      dataDir,
      port,
      syncInterval: options.synced === true ? 'always' : '2m',
      maxFileStoreBytes: options.maxFileStoreBytes,
      extraUsers: options.extraUsers,
      extraConfig: options.extraConfig,
    });
    void broker.exited.then(watchServer(broker.pid, dataDir, options.dataDir === undefined));
    return broker;
  };
  const first = await startOnSomePort(start, options.port);
  return testBroker(first, dataDir, start, options.dataDir === undefined);
}

async function startOnSomePort(
  start: (port: number) => Promise<RunningBroker>,
  port?: number,
): Promise<RunningBroker> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(port ?? (await freePort()));
    } catch (error) {
      const taken = isRollcallError(error, 'ROLLCALL_BROKER_PORT_TAKEN');
      if (!taken || port !== undefined || attempt >= PORT_ATTEMPTS) throw error;
    }
  }
}

function testBroker(
  first: RunningBroker,
  dataDir: string,
  start: (port: number) => Promise<RunningBroker>,
  removeData: boolean,
): TestBroker {
  let broker = first;
  const login = ({ user, password }: BrokerLogin) => ({ servers: first.url, user, pass: password });
  return {
    url: first.url,
    port: first.port,
    user: first.user,
    password: first.password,
    sys: first.sys,
    dataDir,
    get pid() {
      return broker.pid;
    },
    connection: login(first),
    sysConnection: login(first.sys),
    env: {
      NATS_URL: first.url,
      NATS_USER: first.user,
      NATS_PASSWORD: first.password,
      ROLLCALL_SYS_USER: first.sys.user,
      ROLLCALL_SYS_PASSWORD: first.sys.password,
    },
    kill: (signal = 'SIGKILL') => broker.kill(signal),
    restart: async () => {
      await broker.kill('SIGTERM');
      broker = await start(first.port);
    },
    pause: () => broker.signal('SIGSTOP'),
    resume: () => broker.signal('SIGCONT'),
    stop: async () => {
      await broker.signal('SIGCONT');
      await broker.stop(2_000);
      if (removeData) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
