import { join } from 'node:path';
import { RollcallError } from '#contracts';

export interface BrokerSettings {
  /** 127.0.0.1 port of a server we start. */
  readonly port: number;
  /** Directory of a server we start. */
  readonly dataDir: string;
}

/**
 * ROLLCALL_NATS_PORT (default 4222; -1 lets the system choose) and ROLLCALL_DATA_DIR (default `.data`).
 * @throws ROLLCALL_SETTINGS_INVALID
 */
export function brokerSettings(env: NodeJS.ProcessEnv = process.env): BrokerSettings {
  return {
    port: portSetting(env['ROLLCALL_NATS_PORT']),
    dataDir: join(env['ROLLCALL_DATA_DIR'] || '.data', 'nats'),
  };
}

function portSetting(text: string | undefined): number {
  if (text === undefined || text === '') return 4222;
  const port = Number(text);
  if (port === -1 || (Number.isInteger(port) && port >= 1 && port <= 65_535)) return port;
  throw new RollcallError(
    'ROLLCALL_SETTINGS_INVALID',
    `ROLLCALL_NATS_PORT is "${text}", allowed is 1 to 65535, or -1 for any free port`,
  );
}
