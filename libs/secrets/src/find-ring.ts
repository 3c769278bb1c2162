import { RollcallError } from '#contracts';
import { KeyRing } from './key-ring.js';
import { readRingFile } from './ring-file.js';

/** Where a process has its keys from; both settings empty means it has none. */
export interface RingSource {
  /** The ring itself: `ROLLCALL_CONFIG_KEYS`. */
  readonly keys?: string | undefined;
  /** Path of a file that holds it: `ROLLCALL_CONFIG_KEYS_FILE`. */
  readonly keysFile?: string | undefined;
}

/** @throws ROLLCALL_KEY_RING_INVALID, ROLLCALL_KEY_RING_EXPOSED, ROLLCALL_KEY_RING_ABSENT */
export async function findRing({ keys = '', keysFile = '' }: RingSource): Promise<KeyRing | undefined> {
  if (keys !== '' && keysFile !== '') {
    const text =
      'both ROLLCALL_CONFIG_KEYS and ROLLCALL_CONFIG_KEYS_FILE are set; which one counts is not clear';
    throw new RollcallError('ROLLCALL_KEY_RING_INVALID', text);
  }
  if (keys !== '') return KeyRing.parse(keys, 'ROLLCALL_CONFIG_KEYS');
  return keysFile === '' ? undefined : readRingFile(keysFile);
}
