import { chmod, writeFile } from 'node:fs/promises';
import { RollcallError } from '#contracts';
import type { ServerBinary } from '../find/binary-version.js';
import { type Progress, silent } from '../progress.js';
import { adoptOrphan } from './adopt.js';
import { awaitReady, lastWords } from './await-ready.js';
import { type BrokerCredentials, type BrokerLogin, loadOrCreateCredentials } from './credentials.js';
import { type BrokerFiles, brokerFiles, createDataDirectory, removeTraces } from './data-directory.js';
import { claimOwnership, releaseOwnership } from './owner.js';
import { ensurePortFree } from './port.js';
import { type BrokerUser, DEFAULT_MAX_FILE_STORE_BYTES, renderServerConfig } from './server-config.js';
import { type BrokerExit, endProcess, type ServerProcess, spawnServer } from './server-process.js';

export interface StartBrokerOptions {
  readonly binary: Pick<ServerBinary, 'path'>;
  /** The directory of this one broker: its streams, credentials, config, log. Created when missing. */
  readonly dataDir: string;
  /** On 127.0.0.1; -1 lets the system choose. Default 4222. */
  readonly port?: number;
  /** `always` (default) syncs to disk before every acknowledgement; a duration like `2m` syncs that often. */
  readonly syncInterval?: string;
  readonly maxFileStoreBytes?: number;
  /** Further users of the registry's account. */
  readonly extraUsers?: readonly BrokerUser[];
  /** Appended to the generated configuration as it is. */
  readonly extraConfig?: string;
  readonly readyTimeoutMs?: number;
  readonly progress?: Progress;
}

/** A server of our own that runs. */
export interface RunningBroker {
  readonly url: string;
  readonly port: number;
  readonly version: string;
  readonly serverName: string;
  /** The registry's account, with JetStream. */
  readonly user: string;
  readonly password: string;
  /** The system account. */
  readonly sys: BrokerLogin;
  readonly pid: number;
  /** True when it was running already: left behind by a starter that crashed. */
  readonly adopted: boolean;
  readonly files: BrokerFiles;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<BrokerExit>;
  /** Ends it in good order; by force after `timeoutMs` (default 10 s). */
  stop(timeoutMs?: number): Promise<void>;
  /** Ends it as a crash would, or with the signal given; returns when it has ended. */
  kill(signal?: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<void>;
  /** Sends a signal and does not wait: SIGSTOP and SIGCONT to make it hang. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** The end of its log. */
  lastWords(): Promise<string>;
}

const DEFAULT_PORT = 4222;
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts a nats-server on a data directory, or adopts the one an earlier starter of that directory left running.
 *
 * @throws ROLLCALL_BROKER_DATA_IN_USE, ROLLCALL_BROKER_PORT_TAKEN, ROLLCALL_BROKER_DIED,
 *   ROLLCALL_SETTINGS_INVALID when the kept credentials cannot be read.
 */
export async function startBroker(options: StartBrokerOptions): Promise<RunningBroker> {
  const files = brokerFiles(options.dataDir);
  await createDataDirectory(files);
  const owner = await claimOwnership(files.owner);
  if (owner !== null) throw inUse(files, `process ${owner}, which started it`);
  try {
    return await startOwned(options, files);
  } catch (error) {
    await releaseOwnership(files.owner);
    throw error;
  }
}

async function startOwned(options: StartBrokerOptions, files: BrokerFiles): Promise<RunningBroker> {
  const progress = options.progress ?? silent;
  const credentials = await loadOrCreateCredentials(files.credentials);
  const port = options.port ?? DEFAULT_PORT;
  const config = renderServerConfig(files, credentials, {
    port,
    syncInterval: options.syncInterval ?? 'always',
    maxFileStoreBytes: options.maxFileStoreBytes ?? DEFAULT_MAX_FILE_STORE_BYTES,
    extraUsers: options.extraUsers ?? [],
    extraConfig: options.extraConfig ?? '',
  });
  const orphan = await adoptOrphan(files, credentials, config);
  if (orphan.kind === 'foreign')
    throw inUse(files, `nats-server process ${orphan.pid}, which we did not start`);
  if (orphan.kind === 'adopted') {
    progress(`adopted the nats-server that was left running (pid ${orphan.server.pid})`);
    return running(orphan.server, files, credentials, { ...orphan, adopted: true });
  }
  await ensurePortFree(port);
  await removeTraces(files);
  await writeConfig(files.config, config);
  const server = await spawnServer(options.binary.path, files);
  try {
    const ready = await awaitReady(server, files, options.readyTimeoutMs ?? READY_TIMEOUT_MS);
    return running(server, files, credentials, { ...ready, adopted: false });
  } catch (error) {
    await endProcess(server, 0);
    throw error;
  }
}

/** The mode is set even on a file that was there with another one: it holds the passwords. */
async function writeConfig(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  await chmod(file, 0o600);
}

function inUse(files: BrokerFiles, who: string): RollcallError {
  return new RollcallError(
    'ROLLCALL_BROKER_DATA_IN_USE',
    `the broker data in "${files.directory}" is in use by ${who}`,
  );
}

interface Ready {
  readonly url: string;
  readonly info: { readonly version: string };
  readonly adopted: boolean;
}

function running(
  server: ServerProcess,
  files: BrokerFiles,
  credentials: BrokerCredentials,
  ready: Ready,
): RunningBroker {
  // The data are free for the next starter before anybody hears of the end.
  const exited = server.exited.then(async (exit) => {
    await releaseOwnership(files.owner);
    return exit;
  });
  return {
    url: ready.url,
    port: Number(new URL(ready.url.replace(/^[a-z]+:/, 'http:')).port),
    version: ready.info.version,
    serverName: credentials.serverName,
    ...credentials.app,
    sys: credentials.sys,
    pid: server.pid,
    adopted: ready.adopted,
    files,
    exited,
    stop: async (timeoutMs = STOP_TIMEOUT_MS) => {
      await endProcess(server, timeoutMs);
      await exited;
    },
    kill: async (signal = 'SIGKILL') => {
      await server.signal(signal);
      await exited;
    },
    signal: (signal) => server.signal(signal),
    lastWords: () => lastWords(files),
  };
}
