import { defineErrors } from './entry.js';

/** A backup, or a place it should go to, cannot be used. Nothing was changed. */
export const backupErrors = defineErrors({
  ROLLCALL_BACKUP_INVALID: {
    kind: 'invalid',
    meaning: 'A directory is no backup of a registry, or what it holds is not what was written to it.',
    action: 'Use another backup; what this one lacks, or where it was changed, stands in the message.',
    retryable: false,
  },
  ROLLCALL_PLACE_TAKEN: {
    kind: 'conflict',
    meaning:
      'A file or directory that should be written, or a registry that should be empty, is there already.',
    action: 'Name one that does not exist yet; nothing is ever written over.',
    retryable: false,
  },
});
