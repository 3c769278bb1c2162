import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RollcallError } from '#contracts';
import { type Environment, readSettings, type Settings } from '#platform';
import { freeHttpPort } from './ready.js';

export interface LauncherSettings {
  /** What the registry will read, too: said wrong, it is told here, before anything is started. */
  readonly registry: Settings;
  /** What the registry is told besides what the environment says. */
  readonly registryEnv: Readonly<Record<string, string>>;
  /** Names that look like settings and are none, each as a sentence. */
  readonly warnings: readonly string[];
  /** Where the registry answers this machine. */
  readonly httpHost: string;
  readonly httpPort: number;
  readonly demo: boolean;
  readonly logDir: string;
  /** Where the registry keeps the key that signs its audit trail. */
  readonly auditDir: string;
}

const EVERY_INTERFACE = new Set(['0.0.0.0', '::']);

/** @throws ROLLCALL_SETTINGS_INVALID */
export async function launcherSettings(env: Environment): Promise<LauncherSettings> {
  const registryEnv = await tablesByDefault(env);
  const { settings, warnings } = readSettings({ ...env, ...registryEnv });
  const demo = env['ROLLCALL_DEMO'] || 'on';
  if (demo !== 'on' && demo !== 'off') {
    throw new RollcallError('ROLLCALL_SETTINGS_INVALID', `ROLLCALL_DEMO is "${demo}", allowed is on or off`);
  }
  const { host, port } = settings.http;
  return {
    registry: settings,
    registryEnv,
    warnings,
    httpHost: EVERY_INTERFACE.has(host) ? '127.0.0.1' : host,
    httpPort: port === 0 ? await freeHttpPort() : port,
    demo: demo === 'on',
    logDir: resolve(settings.dataDir, 'logs'),
    auditDir: settings.auditDir ?? resolve(settings.dataDir, 'audit'),
  };
}

/** Who said nothing about roles and tables can ask in SQL, too, where there is a SQLite. */
async function tablesByDefault(env: Environment): Promise<Record<string, string>> {
  const isSaid = ['ROLLCALL_ROLES', 'ROLLCALL_SQL_URL'].some((name) => (env[name] ?? '').trim() !== '');
  if (isSaid) return {};
  const { hasSqlite } = await import('#sql');
  return (await hasSqlite()) ? { ROLLCALL_SQL_URL: readSettings(env).settings.sql.url } : {};
}

/** `http://127.0.0.1:7400` */
export function registryUrl({ httpHost, httpPort }: LauncherSettings): string {
  return `http://${httpHost.includes(':') ? `[${httpHost}]` : httpHost}:${httpPort}`;
}

/** The compiled entry file of an app, `registry` or `examples/orders`. */
export function appMain(app: string): string {
  const apps = fileURLToPath(new URL('../../', import.meta.url));
  return join(apps, app, 'src', 'main.js');
}
