import { Logger } from '@nestjs/common';
import { RollcallClient } from '#client';
import type { RollcallModuleOptions } from './options.js';

/** The client of the app. What happens to it is logged, unless the app listens itself. */
export function connectClient(options: RollcallModuleOptions): Promise<RollcallClient> {
  const logger = new Logger('Rollcall');
  return RollcallClient.connect({
    onConnected: () => logger.log('connected to the broker again'),
    onDisconnected: () => logger.warn('the broker is gone; reconnecting, and serving what was known'),
    onTrouble: (error) => logger.warn(error.message),
    ...options,
  });
}
