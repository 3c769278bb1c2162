import { hostname } from 'node:os';
import { checkName } from '#contracts';
import type { Environment } from '../rules/environment.js';
import { chooseInstanceId } from '../rules/instance-id.js';
import type { ConfigHome } from './config-home.js';
import { LiveConfig } from './live-config.js';
import type { ConfigOptions } from './options.js';
import { checkApplicationName } from './words.js';

export interface ConfigContext {
  readonly namespace: string;
  readonly env?: Environment | undefined;
  /** Something failed that no call is waiting for. A stale start is told here, too. */
  readonly onTrouble: (error: Error) => void;
  /** May resolve late: a last good config bridges the time. */
  readonly home: Promise<ConfigHome>;
}

/**
 * Opens the config of an application, possibly before there is a connection: while a client is still connecting
 * (`connectTimeoutMs: 0` tries for ever), the last good config is served, marked stale.
 */
export async function openConfig(
  application: string,
  options: ConfigOptions,
  context: ConfigContext,
): Promise<LiveConfig> {
  checkApplicationName(application);
  const { home, env, onTrouble } = context;
  const namespace = checkName('namespace', context.namespace);
  const instance = chooseInstanceId({
    explicit: options.reader?.instance,
    env,
    hostname: hostname(),
    pid: process.pid,
  });
  return LiveConfig.open({ namespace, application, options, env, instance, onTrouble }, home);
}
