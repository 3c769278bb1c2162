import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isRollcallError, RollcallError } from '#contracts';
import { type Environment, readSettings } from './read-settings.js';
import { settingAliases, settingsSchema } from './schema.js';
import { settingDocs } from './setting.js';

const SEED = 'SUAGMJH5XLGZKQQWAWKRZJIGMOU4HPFUYLXJMXOO5NLFEO2OOQJ5LPRDPM';
let directory: string;
let file: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rollcall-settings-'));
  file = join(directory, 'secret.txt');
  writeFileSync(file, `${SEED}\n`);
});
afterAll(() => rmSync(directory, { recursive: true }));

const settingsOf = (env: Environment) => readSettings(env).settings;

function errorOf(env: Environment): RollcallError {
  try {
    readSettings(env);
  } catch (error) {
    if (isRollcallError(error)) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

describe('settings that nobody gave', () => {
  it('have defaults that keep the registry on this machine', () => {
    expect(settingsOf({})).toEqual({
      broker: { url: 'nats://127.0.0.1:4222' },
      isBrokerGiven: false,
      prefix: '',
      replicas: 1,
      namespace: 'default',
      roles: new Set(['projector', 'watchman', 'api', 'dns']),
      http: { host: '127.0.0.1', port: 7400, hosts: [] },
      dns: { port: 7453 },
      dataDir: '.data',
      sql: { url: '.data/sql/rollcall.db' },
      journal: {},
      log: { format: 'pretty', level: 'info' },
    });
  });

  it('are the same as settings that are empty', () => {
    const empty = Object.fromEntries(Object.keys(settingsSchema.shape).map((name) => [name, ' ']));
    expect(settingsOf(empty)).toEqual(settingsOf({}));
  });

  it.each(Object.entries(settingsSchema.shape))('%s has words for people', (_name, schema) => {
    const doc = settingDocs.get(schema);
    expect(doc?.meaning).toMatch(/^[A-Z].*\.$/s);
    expect(doc?.allowed).not.toBe('');
  });
});

describe('settings that are right', () => {
  it('are read into their places', () => {
    const settings = settingsOf({
      NATS_URL: 'nats://a:4222, tls://b:4223,',
      NATS_USER: 'me',
      NATS_PASSWORD: 'pw',
      NATS_CA: file,
      ROLLCALL_PREFIX: 'blue',
      ROLLCALL_JS_DOMAIN: 'hub',
      ROLLCALL_REPLICAS: '3',
      ROLLCALL_ROLES: 'api, dns,api',
      ROLLCALL_DNS_PORT: '53',
      ROLLCALL_HTTP_HOST: '::',
      ROLLCALL_HTTP_PORT: '0',
      ROLLCALL_HTTP_HOSTS: 'registry.lan, registry.lan:7400',
      ROLLCALL_TOKEN: 'a-long-enough-token',
      ROLLCALL_DATA_DIR: '/srv/rollcall',
      ROLLCALL_SYS_USER: 'sys',
      ROLLCALL_SYS_PASSWORD: 'syspw',
      ROLLCALL_LOG: 'json',
      ROLLCALL_LOG_LEVEL: 'debug',
    });
    expect(settings).toEqual({
      broker: { url: 'nats://a:4222,tls://b:4223', user: 'me', password: 'pw', tls: { caFile: file } },
      isBrokerGiven: true,
      sys: { user: 'sys', password: 'syspw' },
      prefix: 'blue',
      domain: 'hub',
      replicas: 3,
      namespace: 'default',
      roles: new Set(['api', 'dns']),
      dns: { port: 53 },
      http: {
        host: '::',
        port: 0,
        hosts: ['registry.lan', 'registry.lan:7400'],
        token: 'a-long-enough-token',
      },
      dataDir: '/srv/rollcall',
      sql: { url: '/srv/rollcall/sql/blue.db' },
      journal: {},
      log: { format: 'json', level: 'debug' },
    });
  });

  it.each([
    ['nats://me:p%40ss@host:4222', { url: 'nats://host:4222', user: 'me', password: 'p@ss' }],
    ['nats://s3cret@host', { url: 'nats://host', token: 's3cret' }],
    ['host', { url: 'host' }],
    ['tls://host', { url: 'tls://host', tls: {} }],
    ['[::1]:4222', { url: '[::1]:4222' }],
  ])('a server address %s is taken apart into address and login', (url, broker) => {
    expect(settingsOf({ NATS_URL: url }).broker).toEqual(broker);
  });

  it('give the role sql to whoever says where the tables are, and not to whoever chose other roles', () => {
    const url = 'postgres://me:p@ss@host/registry';
    expect(settingsOf({ ROLLCALL_SQL_URL: url })).toMatchObject({
      sql: { url },
      roles: new Set(['projector', 'watchman', 'api', 'dns', 'sql']),
    });
    const chosen = settingsOf({ ROLLCALL_SQL_URL: url, ROLLCALL_ROLES: 'api' });
    expect(chosen.roles).toEqual(new Set(['api']));
    expect(settingsOf({ ROLLCALL_ROLES: 'sql' }).sql.url).toBe('.data/sql/rollcall.db');
  });

  it.each(['view.db', '/srv/a b/view.db', 'sqlite:view.db', 'postgresql://host/db'])(
    'tables may be in %s',
    (url) => {
      expect(settingsOf({ ROLLCALL_SQL_URL: url }).sql.url).toBe(url);
    },
  );

  it('prefer a login of its own to one in the address', () => {
    const { broker } = settingsOf({ NATS_URL: 'nats://other@host', NATS_USER: 'me', NATS_PASSWORD: 'pw' });
    expect(broker).toEqual({ url: 'nats://host', user: 'me', password: 'pw' });
  });

  it('take an NKey seed as it is or from a file', () => {
    expect(settingsOf({ NATS_NKEY: SEED }).broker.nkeySeed).toBe(SEED);
    expect(settingsOf({ NATS_NKEY: file }).broker.nkeySeed).toBe(SEED);
  });
});

describe('settings that are wrong', () => {
  it('are all told at once, each with its value and what is allowed', () => {
    const error = errorOf({
      NATS_URL: 'http://x',
      NATS_CREDS: '/does/not/exist',
      NATS_TLS_CERT: file,
      ROLLCALL_REPLICAS: '2',
      ROLLCALL_HTTP_PORT: '70000',
      ROLLCALL_LOG: 'xml',
      ROLLCALL_PREFIX: 'Not-Ok',
      ROLLCALL_ROLES: 'api,http',
      ROLLCALL_NAMESPACE: 'a.b',
    });
    expect(error.code).toBe('ROLLCALL_SETTINGS_INVALID');
    expect(error.details['problems']).toHaveLength(9);
    for (const part of [
      'NATS_URL is "http://x"',
      'NATS_CREDS is "/does/not/exist", which cannot be read (ENOENT)',
      'NATS_TLS_CERT is set and NATS_TLS_KEY is not',
      'ROLLCALL_REPLICAS is "2", allowed is 1, 3 or 5',
      'ROLLCALL_HTTP_PORT is "70000", allowed is 0 to 65535',
      'ROLLCALL_LOG is "xml", allowed is pretty or json',
      'ROLLCALL_PREFIX is "Not-Ok"',
      'ROLLCALL_ROLES is "api,http", allowed is one or more of projector, watchman, api, dns, sql, with commas between them',
      'ROLLCALL_NAMESPACE is "a.b"',
    ]) {
      expect(error.message).toContain(part);
    }
  });

  it.each([['-1'], ['1.5'], ['1e3'], ['seven'], ['0x10'], ['99999999999999999999']])(
    'port %s is refused',
    (port) => {
      expect(errorOf({ ROLLCALL_HTTP_PORT: port }).message).toContain(`ROLLCALL_HTTP_PORT is "${port}"`);
    },
  );

  it('are two ways to log in', () => {
    expect(errorOf({ NATS_TOKEN: 'a', NATS_USER: 'b' }).message).toContain(
      'NATS_USER and NATS_TOKEN are set; only one way to log in can be used',
    );
  });

  it('are a password without a user, and half a system account', () => {
    const { message } = errorOf({ NATS_PASSWORD: 'a', ROLLCALL_SYS_USER: 'b' });
    expect(message).toContain('NATS_PASSWORD is set and NATS_USER is not');
    expect(message).toContain('ROLLCALL_SYS_USER is set and ROLLCALL_SYS_PASSWORD is not');
  });

  it('never show a secret, not even a wrong one', () => {
    const { message } = errorOf({
      ROLLCALL_TOKEN: 'short',
      NATS_NKEY: 'SUNOSEED',
      NATS_URL: 'nats://me:hunter2@ho st',
      ROLLCALL_SQL_URL: 'mysql://me:hunter3@host/x',
      ROLLCALL_LOG: 'xml',
    });
    for (const secret of ['short', 'SUNOSEED', 'hunter2', 'hunter3']) expect(message).not.toContain(secret);
  });
});

describe('what is shown of the settings', () => {
  it('has every one of them, with secrets masked and defaults marked', () => {
    const { effective } = readSettings({
      NATS_URL: 'nats://me:hunter2@host',
      ROLLCALL_SQL_URL: 'postgres://me:hunter@4@host/db',
      ROLLCALL_TOKEN: 'a-long-enough-token',
      ROLLCALL_SYS_USER: 'sys',
      ROLLCALL_SYS_PASSWORD: 'hunter3',
    });
    expect(effective.map(({ name }) => name)).toEqual(Object.keys(settingsSchema.shape));
    const valueOf = (name: string) => effective.find((setting) => setting.name === name);
    expect(valueOf('NATS_URL')).toEqual({
      name: 'NATS_URL',
      value: 'nats://********@host',
      isDefault: false,
    });
    expect(valueOf('ROLLCALL_TOKEN')?.value).toBe('********');
    expect(valueOf('ROLLCALL_HTTP_PORT')).toEqual({
      name: 'ROLLCALL_HTTP_PORT',
      value: '7400',
      isDefault: true,
    });
    expect(JSON.stringify(effective)).not.toMatch(/hunter|long-enough/);
  });

  it('warns of names that look like settings, with the one that was meant', () => {
    const { warnings } = readSettings({
      ROLLCALL_HTP_PORT: '1',
      ROLLCALL_SOMETHING_ELSE_ENTIRELY: '1',
      ROLLCALL_DATA_DIR: '.data',
      PATH: '/bin',
    });
    expect(warnings).toEqual([
      'ROLLCALL_HTP_PORT is not a setting; did you mean ROLLCALL_HTTP_PORT?',
      'ROLLCALL_SOMETHING_ELSE_ENTIRELY is not a setting',
    ]);
  });

  it('knows the names the nats command line gives to the same things', () => {
    expect(Object.values(settingAliases)).toEqual(['NATS_CA', 'NATS_CERT', 'NATS_KEY']);
  });
});
