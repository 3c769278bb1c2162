import { z } from 'zod';
import { limits, NAME_PATTERN } from '#contracts';
import { integer, list, oneOf, setting, text, wordList } from './setting.js';

export const logFormats = ['pretty', 'json'] as const;
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
/** What a process of the registry may do; a fleet splits them as it likes. */
export const roleNames = ['projector', 'watchman', 'api', 'dns', 'sql'] as const;
const usualRoles = ['projector', 'watchman', 'api', 'dns'] as const;
export type Role = (typeof roleNames)[number];
export type LogFormat = (typeof logFormats)[number];
export type LogLevel = (typeof logLevels)[number];

/** One address of a nats-server, alone or with a scheme and a login before it. */
const SERVER_PATTERN = /^((nats|tls):\/\/)?([^\s@/]+@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?\/?$/;
/** A host name or an IP address, with a port if only that one is meant. */
const HOST_PATTERN = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/;
const LISTEN_PATTERN = /^([A-Za-z0-9._-]+|[0-9A-Fa-f:.]+)$/;
const PREFIX_PATTERN = /^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$/;
/** A PostgreSQL, `sqlite:` and a file, or a file. */
const SQL_URL_PATTERN = /^(postgres(ql)?:\/\/[^\s/]+\/\S+|(?![a-z][a-z0-9+.-]*:\/\/)\S.*)$/i;
const DOMAIN_PATTERN = /^[^\s.*>]{1,64}$/;

const servers = list(SERVER_PATTERN).transform((urls) =>
  urls.length === 0 ? ['nats://127.0.0.1:4222'] : urls,
);

/**
 * Every setting of the registry, the projector and the command line, by the name it has in the environment. This is
 * the only place they are defined: start-up check, `docs/reference/settings.md` and the masked listing follow it.
 */
export const settingsSchema = z.object({
  NATS_URL: setting(servers, {
    meaning:
      'The broker: one address, or several of one cluster with commas between them. `npm start` sets it for what it starts.',
    allowed: 'nats://host:port, tls://host:port or host:port, several with commas between them',
    byDefault: 'nats://127.0.0.1:4222',
    hidesLogin: true,
  }),
  NATS_USER: setting(text(), {
    meaning: 'User name at the broker.',
    allowed: 'a user name',
    byDefault: '',
  }),
  NATS_PASSWORD: setting(text(), {
    meaning: 'Password of that user.',
    allowed: 'a password, together with NATS_USER',
    byDefault: '',
    secret: true,
  }),
  NATS_TOKEN: setting(text(), {
    meaning: 'Token, for a broker that asks for one instead of a user.',
    allowed: 'a token',
    byDefault: '',
    secret: true,
  }),
  NATS_CREDS: setting(text(), {
    meaning: 'Credentials file (user JWT and seed) of a broker with operators and accounts.',
    allowed: 'the path of a readable .creds file',
    byDefault: '',
  }),
  NATS_NKEY: setting(text(), {
    meaning: 'User NKey: the seed itself, or the path of a file that holds it.',
    allowed: 'a seed that begins with SU, or the path of a readable file with one',
    byDefault: '',
    secret: true,
  }),
  NATS_TLS_CA: setting(text(), {
    meaning:
      'Certificates to trust when the broker speaks TLS with a certificate of your own. Also read as `NATS_CA`.',
    allowed: 'the path of a readable PEM file',
    byDefault: '',
  }),
  NATS_TLS_CERT: setting(text(), {
    meaning: 'Client certificate, for a broker that asks for one. Also read as `NATS_CERT`.',
    allowed: 'the path of a readable PEM file, together with NATS_TLS_KEY',
    byDefault: '',
  }),
  NATS_TLS_KEY: setting(text(), {
    meaning: 'Private key of that certificate. Also read as `NATS_KEY`.',
    allowed: 'the path of a readable PEM file, together with NATS_TLS_CERT',
    byDefault: '',
  }),
  ROLLCALL_JS_DOMAIN: setting(text(DOMAIN_PATTERN), {
    meaning: 'JetStream domain, when the streams live behind a leaf node.',
    allowed: 'a domain name without dots, blanks and wildcards',
    byDefault: '',
  }),
  ROLLCALL_PREFIX: setting(text(PREFIX_PATTERN), {
    meaning:
      'Stands before every subject and stream name, so that several registries can share one broker account. Clients need the same one.',
    allowed: '1 to 32 of a-z, 0-9, "-" and "_", beginning and ending with a letter or digit',
    byDefault: '',
  }),
  ROLLCALL_REPLICAS: setting(oneOf(['1', '3', '5'], '1').transform(Number), {
    meaning:
      'Copies of every stream. 3 needs a cluster of at least 3 nats-servers, and survives the loss of one.',
    allowed: '1, 3 or 5',
    byDefault: '1',
  }),
  ROLLCALL_NAMESPACE: setting(
    text(NAME_PATTERN).transform((value) => value ?? 'default'),
    {
      meaning: 'Namespace of a command that is not told another one by `--namespace`.',
      allowed: 'a DNS label: 1 to 63 of a-z, 0-9 and "-"',
      byDefault: 'default',
    },
  ),
  ROLLCALL_ROLES: setting(wordList(roleNames, usualRoles), {
    meaning:
      'What this registry process does: fold the journal (`projector`), find out who is dead (`watchman`), answer over HTTP and NATS (`api`), answer DNS (`dns`), keep the SQL tables (`sql`). Each role may run in any number of processes. /healthz, /readyz and /metrics are answered whatever the roles.',
    allowed: `one or more of ${roleNames.join(', ')}, with commas between them`,
    byDefault: `${usualRoles.join(',')}, and sql when ROLLCALL_SQL_URL is set`,
  }),
  ROLLCALL_JOURNAL_HOURS: setting(
    integer(0, limits.journalHoursMax, 0).refine((hours) => hours === 0 || hours >= limits.journalHoursMin),
    {
      meaning: `How many hours back the journal reaches. Older events are cut off it, once a snapshot stands for them and what is alive was carried. The newest ${limits.retentionHeadroomEventsMin} events stay whatever their age, and a journal of less than ${2 * limits.retentionHeadroomEventsMin} is not cut. 0: forever. All processes with the role \`projector\` need the same. See docs/guides/history.md.`,
      allowed: `0, or ${limits.journalHoursMin} to ${limits.journalHoursMax}`,
      byDefault: '0',
    },
  ),
  ROLLCALL_JOURNAL_MEGABYTES: setting(
    integer(0, 1_000_000_000, 0).refine(
      (value) => value === 0 || value * 1024 * 1024 >= limits.journalBytesMin,
    ),
    {
      meaning:
        'How large the journal grows on the disk of the broker (of each replica) before its oldest events are cut off it, in the same way. 0: without limit. It is a goal: nothing is cut that is not safe yet.',
      allowed: `0, or ${limits.journalBytesMin / 1024 / 1024} to 1000000000`,
      byDefault: '0',
    },
  ),
  ROLLCALL_AUDIT_DIR: setting(text(), {
    meaning:
      'Directory of the key that signs the audit trail (made when there is none) and of the newest checkpoint, which shows when history was cut off. Replicas share one key: copy it. Without it the chain of hashes is kept and not signed. `npm start` sets it.',
    allowed: 'the path of a directory this process may write',
    byDefault: '',
  }),
  ROLLCALL_SANDBOX: setting(
    oneOf(['true', 'false'], 'false').transform((word) => word === 'true'),
    {
      meaning:
        'The journal is replayed from an archive: scheduled changes of config are not carried out a second time, and nothing is journaled about who applied which. Leave out the role `watchman` as well: nobody beats there. `rollcall replay --into sandbox` sets both.',
      allowed: '`true` or `false`',
      byDefault: 'false',
    },
  ),
  ROLLCALL_HTTP_HOST: setting(
    text(LISTEN_PATTERN).transform((value) => value ?? '127.0.0.1'),
    {
      meaning:
        'Address the registry listens on. With `0.0.0.0` or `::` everybody who reaches the machine reaches the registry: set ROLLCALL_TOKEN too.',
      allowed: 'an IP address or host name of this machine',
      byDefault: '127.0.0.1',
    },
  ),
  ROLLCALL_HTTP_PORT: setting(integer(0, 65_535, 7400), {
    meaning: 'TCP port the registry listens on; 0 lets the system choose, and the log says which.',
    allowed: '0 to 65535',
    byDefault: '7400',
  }),
  ROLLCALL_DNS_PORT: setting(integer(0, 65_535, 7453), {
    meaning:
      'UDP and TCP port on which the registry answers DNS, on the same address as HTTP; 0 lets the system choose, and the log says which. Without the role `dns` there is none.',
    allowed: '0 to 65535',
    byDefault: '7453',
  }),
  ROLLCALL_HTTP_HOSTS: setting(list(HOST_PATTERN), {
    meaning:
      'Names by which clients may call the registry (their `Host` header), and web pages that may call it (their `Origin`), besides localhost and the listen address. Anything else is refused, because a web page could otherwise reach a registry on your machine through a DNS name of its own.',
    allowed: 'host or host:port, several with commas between them',
    byDefault: '',
  }),
  ROLLCALL_TOKEN: setting(text(/^[\x21-\x7E]{8,512}$/), {
    meaning: 'When set, HTTP requests that write must carry `Authorization: Bearer <token>`.',
    allowed: '8 to 512 printable ASCII characters without blanks',
    byDefault: '',
    secret: true,
  }),
  ROLLCALL_SYS_USER: setting(text(), {
    meaning:
      "User of the broker's system account. With it the registry sees lost connections at once; without it, by lapsed heartbeats.",
    allowed: 'a user name, together with ROLLCALL_SYS_PASSWORD',
    byDefault: '',
  }),
  ROLLCALL_SYS_PASSWORD: setting(text(), {
    meaning: 'Password of that user.',
    allowed: 'a password, together with ROLLCALL_SYS_USER',
    byDefault: '',
    secret: true,
  }),
  ROLLCALL_DATA_DIR: setting(
    text().transform((value) => value ?? '.data'),
    {
      meaning:
        'Where a nats-server we start, the SQL tables and the logs of processes we start keep their files.',
      allowed: 'the path of a directory',
      byDefault: '.data',
    },
  ),
  ROLLCALL_SQL_URL: setting(text(SQL_URL_PATTERN), {
    meaning:
      'Where a process with the role `sql` keeps the registry as tables, and where `rollcall sql` looks; setting it gives a registry that role. See docs/guides/sql.md.',
    allowed: 'postgres://user:password@host:port/database, or the path of a SQLite file',
    byDefault: 'sql/rollcall.db in ROLLCALL_DATA_DIR',
    hidesLogin: true,
  }),
  ROLLCALL_LOG: setting(oneOf(logFormats, 'pretty'), {
    meaning: 'Lines for people, or one JSON object a line for machines.',
    allowed: 'pretty or json',
    byDefault: 'pretty',
  }),
  ROLLCALL_LOG_LEVEL: setting(oneOf(logLevels, 'info'), {
    meaning: 'The least important lines that are still written.',
    allowed: 'error, warn, info or debug',
    byDefault: 'info',
  }),
});

export type SettingName = keyof typeof settingsSchema.shape;
export type SettingValues = z.infer<typeof settingsSchema>;

/** Names the `nats` command line gives to the same things. */
export const settingAliases: Readonly<Partial<Record<SettingName, string>>> = {
  NATS_TLS_CA: 'NATS_CA',
  NATS_TLS_CERT: 'NATS_CERT',
  NATS_TLS_KEY: 'NATS_KEY',
};
