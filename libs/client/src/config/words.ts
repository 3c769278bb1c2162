import { APPLICATION_PATTERN, quote, RollcallError } from '#contracts';
import { findRing, type KeyRing } from '#secrets';
import { type Environment, setting } from '../rules/environment.js';

/** @throws ROLLCALL_NAME_INVALID */
export function checkApplicationName(application: string): string {
  if (APPLICATION_PATTERN.test(application)) return application;
  const text = `application name ${quote(application)} is neither a DNS label nor "_shared"`;
  throw new RollcallError('ROLLCALL_NAME_INVALID', text, { details: { role: 'application' } });
}

/**
 * The key ring that was handed over, else the one the environment names.
 * @throws ROLLCALL_KEY_RING_INVALID, ROLLCALL_KEY_RING_EXPOSED, ROLLCALL_KEY_RING_ABSENT
 */
export async function ringIn(env: Environment | undefined, ring?: KeyRing): Promise<KeyRing | undefined> {
  const keys = setting(env, 'ROLLCALL_CONFIG_KEYS');
  const keysFile = setting(env, 'ROLLCALL_CONFIG_KEYS_FILE');
  return ring ?? findRing({ keys, keysFile });
}
