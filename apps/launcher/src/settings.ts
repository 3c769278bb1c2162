import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RollcallError } from '#contracts';
import { type Environment, readSettings, type Settings } from '#platform';
import { freeHttpPort } from './ready.js';

export interface LauncherSettings {
  /** What the registry will read, too: said wrong, it is told here, before anything is started. */
  readonly registry: Settings;
  /** Names that look like settings and are none, each as a sentence. */
  readonly warnings: readonly string[];
  /** Where the registry answers this machine. */
  readonly httpHost: string;
  readonly httpPort: number;
  readonly demo: boolean;
  readonly logDir: string;
}

const EVERY_INTERFACE = new Set(['0.0.0.0', '::']);

/** @throws ROLLCALL_SETTINGS_INVALID */
export async function launcherSettings(env: Environment): Promise<LauncherSettings> {
  const { settings, warnings } = readSettings(env);
  const demo = env['ROLLCALL_DEMO'] || 'on';
  if (demo !== 'on' && demo !== 'off') {
    throw new RollcallError('ROLLCALL_SETTINGS_INVALID', `ROLLCALL_DEMO is "${demo}", allowed is on or off`);
  }
  const { host, port } = settings.http;
  return {
    registry: settings,
    warnings,
    httpHost: EVERY_INTERFACE.has(host) ? '127.0.0.1' : host,
    httpPort: port === 0 ? await freeHttpPort() : port,
    demo: demo === 'on',
    logDir: resolve(env['ROLLCALL_DATA_DIR'] || '.data', 'logs'),
  };
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
