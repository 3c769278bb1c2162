import { defineErrors } from './entry.js';

/** Files of config, secrets and their keys. */
export const contentErrors = defineErrors({
  ROLLCALL_CONFIG_INVALID: {
    kind: 'invalid',
    meaning: 'A config value cannot be read as its content type, or breaks a schema.',
    action: 'Correct the value at the place named in the message; nothing was stored.',
    retryable: false,
  },
  ROLLCALL_CONFIG_SCHEMA_INVALID: {
    kind: 'invalid',
    meaning: 'A JSON Schema cannot be used, or values that stand now would break it.',
    action: 'Correct the schema, or first the values named in the message; nothing was stored.',
    retryable: false,
  },
  ROLLCALL_CONFIG_CONFLICT: {
    kind: 'conflict',
    meaning: 'A config key is not at the revision the write expected: somebody else changed it.',
    action: 'Read it again, decide again, and send the new revision.',
    retryable: false,
  },
  ROLLCALL_CONFIG_REVISION_UNKNOWN: {
    kind: 'not-found',
    meaning: 'A revision is none of this config key, or says nothing that could be brought back.',
    action: 'Choose one of the revisions that "rollcall config history" lists.',
    retryable: false,
  },
  ROLLCALL_CONFIG_TIME_INVALID: {
    kind: 'invalid',
    meaning: 'The time of a scheduled change lies in the past or too far ahead, or cannot be read.',
    action: 'Give an RFC 3339 time, or a number of ms, within the limits named in the message.',
    retryable: false,
  },
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
  ROLLCALL_CONFIG_REFUSED: {
    kind: 'invalid',
    meaning: 'A service cannot run with its config: a value cannot be read, or its own check refuses it.',
    action: 'Correct the keys named in the message; "rollcall config history" shows who changed them.',
    retryable: false,
  },
  ROLLCALL_CONFIG_UNAVAILABLE: {
    kind: 'unavailable',
    meaning: 'A service asked for its config at its start, and nothing answered.',
    action:
      'Start the broker and a registry; with lastGoodFile a service starts with its last good config meanwhile.',
    retryable: true,
  },
  ROLLCALL_CONFIG_STALE: {
    kind: 'unavailable',
    meaning: 'A service runs with the config of its last good start, because the registry cannot be heard.',
    action: 'Nothing at the service: it takes the present config as soon as broker and registry answer.',
    retryable: true,
  },
  ROLLCALL_CONFIG_FILE_DAMAGED: {
    kind: 'setup',
    meaning: 'The file of the last good config cannot be read or written.',
    action: 'Delete the file or correct its path and permissions; it is written again at the next change.',
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
