import type { BrokerCredentials } from './credentials.js';
import type { BrokerFiles } from './data-directory.js';

/** Permissions in nats-server's own words; without them a user may do anything in the account. */
export interface BrokerUser {
  readonly user: string;
  readonly password: string;
  readonly permissions?: Readonly<Record<string, unknown>>;
}

export interface ServerConfigOptions {
  /** -1 lets the system choose. */
  readonly port: number;
  /** `always` writes to disk before every acknowledgement; a duration like `2m` syncs that often. */
  readonly syncInterval: string;
  readonly maxFileStoreBytes: number;
  readonly extraUsers: readonly BrokerUser[];
  /** Appended as it is, in nats-server's configuration language. */
  readonly extraConfig: string;
}

/** Enough for tens of millions of events; a fuller disk is reported by the server before that. */
export const DEFAULT_MAX_FILE_STORE_BYTES = 64 * 1024 ** 3;
const MAX_MEMORY_STORE_BYTES = 256 * 1024 ** 2;

/**
 * The whole configuration of the server we start. Strings are written as JSON, which nats-server reads.
 *
 * - `max_file_store` is a fixed size: left out, the server takes 75 % of what is free *now*, so that a restart
 *   on a filling disk would find its own data above the limit and refuse writes.
 * - pings every 10 s find a client that is gone without a goodbye within 30 s.
 * - the log is rotated, so that an unattended server does not fill the disk with it.
 */
export function renderServerConfig(
  files: BrokerFiles,
  credentials: BrokerCredentials,
  options: ServerConfigOptions,
): string {
  const quote = (text: string) => JSON.stringify(text);
  const users = [credentials.app, ...options.extraUsers].map((user) => `      ${JSON.stringify(user)}`);
  return `# Written at every start; a change made here is lost.
server_name: ${quote(credentials.serverName)}
listen: ${quote(`127.0.0.1:${options.port}`)}
pid_file: ${quote(files.pid)}
ports_file_dir: ${quote(files.directory)}
log_file: ${quote(files.log)}
logfile_size_limit: 10MB
logfile_max_num: 3
ping_interval: "10s"
ping_max: 2
jetstream {
  store_dir: ${quote(files.store)}
  sync_interval: ${quote(options.syncInterval)}
  max_file_store: ${options.maxFileStoreBytes}
  max_memory_store: ${MAX_MEMORY_STORE_BYTES}
}
accounts {
  SYS {
    users: [
      ${JSON.stringify(credentials.sys)}
    ]
  }
  APP {
    jetstream: enabled
    users: [
${users.join(',\n')}
    ]
  }
}
system_account: SYS
${options.extraConfig}`;
}
