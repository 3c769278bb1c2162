import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RollcallError } from '#contracts';

export interface LauncherSettings {
  readonly httpPort: number;
  /** Keeps this registry apart from another one on the same broker; '' for none. */
  readonly prefix: string;
  readonly demo: boolean;
  readonly logDir: string;
}

/** @throws ROLLCALL_SETTINGS_INVALID listing every problem */
export function launcherSettings(env: NodeJS.ProcessEnv): LauncherSettings {
  const problems: string[] = [];
  const httpPort = Number(env['ROLLCALL_HTTP_PORT'] || 7400);
  if (!Number.isInteger(httpPort) || httpPort < 1 || httpPort > 65_535) {
    problems.push(`ROLLCALL_HTTP_PORT is "${env['ROLLCALL_HTTP_PORT']}", allowed is 1 to 65535`);
  }
  const demo = env['ROLLCALL_DEMO'] || 'on';
  if (demo !== 'on' && demo !== 'off') problems.push(`ROLLCALL_DEMO is "${demo}", allowed is on or off`);
  if (problems.length > 0) throw new RollcallError('ROLLCALL_SETTINGS_INVALID', problems.join('; '));
  return {
    httpPort,
    prefix: env['ROLLCALL_PREFIX'] ?? '',
    demo: demo === 'on',
    logDir: resolve(env['ROLLCALL_DATA_DIR'] || '.data', 'logs'),
  };
}

/** The compiled entry file of an app, `registry` or `examples/orders`. */
export function appMain(app: string): string {
  const apps = fileURLToPath(new URL('../../', import.meta.url));
  return join(apps, app, 'src', 'main.js');
}
