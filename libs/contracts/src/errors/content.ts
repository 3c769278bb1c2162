import { defineErrors } from './entry.js';

/** Files of config, secrets and their keys. */
export const contentErrors = defineErrors({
  ROLLCALL_IMPORT_INVALID: {
    kind: 'invalid',
    meaning: 'A file of config has lines that cannot be read. Nothing of it was imported.',
    action: 'Correct the lines named in the message and import the file again.',
    retryable: false,
  },
  ROLLCALL_IMPORT_TOO_LARGE: {
    kind: 'too-large',
    meaning: 'A file of config is larger, or has more keys, than one import takes.',
    action: 'Import it in parts; the limit is in the message.',
    retryable: false,
  },
  ROLLCALL_EXPORT_IMPOSSIBLE: {
    kind: 'invalid',
    meaning: 'A value cannot be written in the format that was asked for such that it reads back the same.',
    action: 'Export as json or yaml, which hold any value.',
    retryable: false,
  },
  ROLLCALL_SECRET_KEY_MISSING: {
    kind: 'setup',
    meaning: 'A secret is sealed with a key that the key ring here does not have.',
    action:
      'Add the key named in the message to the ring, or have the secret sealed again with a key you hold.',
    retryable: false,
  },
  ROLLCALL_SECRET_NOT_OPENED: {
    kind: 'invalid',
    meaning:
      'A sealed secret does not open: it was sealed for another place or with another key, or is damaged.',
    action: 'Seal the secret for this namespace, application and key, and store it again.',
    retryable: false,
  },
  ROLLCALL_KEY_RING_ABSENT: {
    kind: 'setup',
    meaning: 'There is no key ring where one is needed.',
    action: 'Set ROLLCALL_CONFIG_KEYS_FILE to a key ring; "rollcall secret ring create <file>" makes one.',
    retryable: false,
  },
  ROLLCALL_KEY_RING_EXPOSED: {
    kind: 'setup',
    meaning: 'The file of a key ring can be used by others than its owner.',
    action: 'Run chmod 600 on it; if somebody may have read it, rotate its keys as well.',
    retryable: false,
  },
  ROLLCALL_KEY_RING_INVALID: {
    kind: 'setup',
    meaning: 'A key ring cannot be read or written.',
    action: 'Correct what the message names; a line is "<id>:<32 bytes in base64>".',
    retryable: false,
  },
});
