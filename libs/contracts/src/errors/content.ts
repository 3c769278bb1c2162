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
});
