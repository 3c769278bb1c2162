import type { LogFormat, LogLevel, Role } from './schema.js';

/** How to reach and enter the broker; what `connectBroker` of the NATS room takes. */
export interface BrokerLoginSettings {
  /** Addresses with commas between them, without logins in them. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly credsFile?: string;
  readonly nkeySeed?: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

/** Everything a process of ours is told from outside, checked. */
export interface Settings {
  readonly broker: BrokerLoginSettings;
  /** False when nobody said which broker to use. */
  readonly isBrokerGiven: boolean;
  readonly sys?: { readonly user: string; readonly password: string };
  readonly prefix: string;
  readonly domain?: string;
  readonly replicas: number;
  readonly namespace: string;
  /** What a registry process does. The projector and the command line do what they always do. */
  readonly roles: ReadonlySet<Role>;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Names beside localhost and `host` that a request may be addressed to or come from. */
    readonly hosts: readonly string[];
    readonly token?: string;
  };
  /** Where DNS is answered, by a process that has the role. */
  readonly dns: { readonly port: number };
  /** Directory of everything this process keeps on the disk. */
  readonly dataDir: string;
  /** Where the SQL tables are, or would be: a process with the role `sql` keeps them. */
  readonly sql: { readonly url: string };
  /** What the journal is cut to. Absent: not at all. */
  readonly journal: { readonly ageMsMax?: number; readonly bytesMax?: number };
  /** Where the key that signs the audit trail is, and the newest checkpoint; absent: it is not signed. */
  readonly auditDir?: string;
  /** The journal is replayed: nothing is done a second time. */
  readonly isSandbox?: boolean;
  readonly log: { readonly format: LogFormat; readonly level: LogLevel };
}
