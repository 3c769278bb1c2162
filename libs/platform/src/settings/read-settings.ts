import { join } from 'node:path';
import { RollcallError } from '#contracts';
import { crossProblems, type GivenSettings, seedOf } from './cross-rules.js';
import { settingsElsewhere } from './elsewhere.js';
import { nearest } from './nearest.js';
import { settingAliases, type SettingName, settingsSchema, type SettingValues } from './schema.js';
import { settingDocs } from './setting.js';
import type { BrokerLoginSettings, Settings } from './settings.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadSettings {
  readonly settings: Settings;
  /** Names that look like ours and are not, each as a sentence. */
  readonly warnings: readonly string[];
  /** Every setting as it is in effect, secrets masked. */
  readonly effective: readonly EffectiveSetting[];
}

export interface EffectiveSetting {
  readonly name: SettingName;
  /** '' when not set and without a default. */
  readonly value: string;
  readonly isDefault: boolean;
}

const MASK = '********';

/**
 * Reads and checks every setting at once.
 * @param env default the environment of this process
 * @throws ROLLCALL_SETTINGS_INVALID listing everything that is wrong, not only the first
 */
export function readSettings(env: Environment = process.env): ReadSettings {
  const given = givenIn(env);
  const parsed = settingsSchema.safeParse(given);
  const wrong = new Set(
    parsed.success ? [] : parsed.error.issues.map((issue) => issue.path[0] as SettingName),
  );
  const problems = [
    ...[...wrong].map((name) => describeWrong(name, given[name] ?? '')),
    ...crossProblems(given),
  ];
  if (!parsed.success || problems.length > 0) {
    const count = problems.length === 1 ? 'one setting' : `${problems.length} settings`;
    throw new RollcallError('ROLLCALL_SETTINGS_INVALID', `${count} cannot be used: ${problems.join('; ')}`, {
      details: { problems },
    });
  }
  return {
    settings: settingsOf(parsed.data, given),
    warnings: unknownNames(env),
    effective: effectiveOf(given),
  };
}

/** An empty variable counts as not set: `FOO= command` is how shells unset one for a command. */
function givenIn(env: Environment): GivenSettings {
  const given: Partial<Record<SettingName, string>> = {};
  for (const name of Object.keys(settingsSchema.shape) as SettingName[]) {
    const value = firstSet(env[name], env[settingAliases[name] ?? '']);
    if (value !== undefined) given[name] = value;
  }
  return given;
}

function firstSet(...values: (string | undefined)[]): string | undefined {
  return values.map((value) => value?.trim()).find((value) => value !== undefined && value !== '');
}

function describeWrong(name: SettingName, value: string): string {
  const doc = settingDocs.get(settingsSchema.shape[name]);
  return `${name} is "${shown(name, value)}", allowed is ${doc?.allowed}`;
}

function shown(name: SettingName, value: string): string {
  const doc = settingDocs.get(settingsSchema.shape[name]);
  if (doc?.secret === true) return MASK;
  // Greedy: a password may hold an @ that nobody encoded.
  return doc?.hidesLogin === true ? value.replaceAll(/\/\/[^/,]*@/g, `//${MASK}@`) : value;
}

function effectiveOf(given: GivenSettings): EffectiveSetting[] {
  return (Object.keys(settingsSchema.shape) as SettingName[]).map((name) => {
    const value = given[name];
    const byDefault = settingDocs.get(settingsSchema.shape[name])?.byDefault ?? '';
    return {
      name,
      value: value === undefined ? byDefault : shown(name, value),
      isDefault: value === undefined,
    };
  });
}

function settingsOf(values: SettingValues, given: GivenSettings): Settings {
  const { ROLLCALL_SYS_USER: user, ROLLCALL_SYS_PASSWORD: password } = values;
  return {
    broker: brokerOf(values),
    isBrokerGiven: given.NATS_URL !== undefined,
    prefix: values.ROLLCALL_PREFIX ?? '',
    replicas: values.ROLLCALL_REPLICAS,
    namespace: values.ROLLCALL_NAMESPACE,
    roles: rolesOf(values, given),
    http: {
      host: values.ROLLCALL_HTTP_HOST,
      port: values.ROLLCALL_HTTP_PORT,
      hosts: values.ROLLCALL_HTTP_HOSTS,
      ...defined({ token: values.ROLLCALL_TOKEN }),
    },
    dns: { port: values.ROLLCALL_DNS_PORT },
    log: { format: values.ROLLCALL_LOG, level: values.ROLLCALL_LOG_LEVEL },
    dataDir: values.ROLLCALL_DATA_DIR,
    sql: sqlOf(values),
    journal: journalOf(values),
    ...defined({ domain: values.ROLLCALL_JS_DOMAIN, auditDir: values.ROLLCALL_AUDIT_DIR }),
    ...(values.ROLLCALL_SANDBOX && { isSandbox: true }),
    ...(user === undefined || password === undefined ? {} : { sys: { user, password } }),
  };
}

/** Who says where tables are to be wants them kept, unless the roles are chosen one by one. */
function rolesOf({ ROLLCALL_ROLES: roles }: SettingValues, given: GivenSettings): Settings['roles'] {
  const isSqlMeant = given.ROLLCALL_ROLES === undefined && given.ROLLCALL_SQL_URL !== undefined;
  return isSqlMeant ? new Set([...roles, 'sql' as const]) : roles;
}

function journalOf(values: SettingValues): Settings['journal'] {
  const { ROLLCALL_JOURNAL_HOURS: hours, ROLLCALL_JOURNAL_MEGABYTES: megabytes } = values;
  return {
    ...(hours === 0 ? {} : { ageMsMax: hours * 3_600_000 }),
    ...(megabytes === 0 ? {} : { bytesMax: megabytes * 1024 * 1024 }),
  };
}

/** Registries that share a data directory have a file each. */
function sqlOf({
  ROLLCALL_SQL_URL: url,
  ROLLCALL_DATA_DIR: directory,
  ROLLCALL_PREFIX: prefix,
}: SettingValues): Settings['sql'] {
  return { url: url ?? join(directory, 'sql', `${prefix ?? 'rollcall'}.db`) };
}

function brokerOf(values: SettingValues): BrokerLoginSettings {
  const tls = defined({
    caFile: values.NATS_TLS_CA,
    certFile: values.NATS_TLS_CERT,
    keyFile: values.NATS_TLS_KEY,
  });
  const login = defined({
    user: values.NATS_USER,
    password: values.NATS_PASSWORD,
    token: values.NATS_TOKEN,
    credsFile: values.NATS_CREDS,
    nkeySeed: values.NATS_NKEY === undefined ? undefined : seedOf(values.NATS_NKEY),
  });
  const { url, inUrl } = loginInUrl(values.NATS_URL);
  return {
    url,
    ...(Object.keys(login).length > 0 ? login : inUrl),
    // An address that says tls:// is never talked to without.
    ...(Object.keys(tls).length > 0 || url.includes('tls://') ? { tls } : {}),
  };
}

/** `nats://user:password@host` or `nats://token@host`: the client wants address and login apart. */
function loginInUrl(urls: readonly string[]): { url: string; inUrl: Partial<BrokerLoginSettings> } {
  let inUrl: Partial<BrokerLoginSettings> = {};
  const bare = urls.map((url) => {
    const [, scheme = '', login, rest = url] = /^([a-z]+:\/\/)?(?:([^@/]+)@)?(.+)$/.exec(url) ?? [];
    if (login !== undefined) {
      const [user = '', password] = login.split(':', 2).map((part) => decodeOrKeep(part));
      inUrl = password === undefined ? { token: user } : { user, password };
    }
    return scheme + rest.replace(/\/$/, '');
  });
  return { url: bare.join(','), inUrl };
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function defined<T extends Record<string, string | undefined>>(values: T): { [Key in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: string;
  };
}

function unknownNames(env: Environment): string[] {
  const known = new Set([...Object.keys(settingsSchema.shape), ...Object.keys(settingsElsewhere)]);
  return Object.keys(env)
    .filter((name) => name.startsWith('ROLLCALL_') && !known.has(name))
    .map((name) => {
      const meant = nearest(name, known);
      return `${name} is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}
