import { defineErrors } from './entry.js';

/** The proof that history is what it was. */
export const auditErrors = defineErrors({
  ROLLCALL_AUDIT_BROKEN: {
    kind: 'conflict',
    meaning: 'The journal is not what was audited: events are missing, changed or cut off.',
    action:
      'Run "rollcall audit verify" to see which event is the first; compare with a backup. Auditing stands still until it is settled.',
    retryable: false,
  },
  ROLLCALL_ARCHIVE_INVALID: {
    kind: 'invalid',
    meaning: 'A file is not an archive of a journal, or a line of it cannot be read.',
    action: 'Use a file that "rollcall audit export" wrote; a cut-off file lacks its last line.',
    retryable: false,
  },
});
