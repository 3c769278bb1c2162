import { defineErrors } from './entry.js';

/** What happened cannot be undone, or not in this way. Nothing was changed. */
export const undoErrors = defineErrors({
  ROLLCALL_UNDO_NOT_APPLICABLE: {
    kind: 'conflict',
    meaning:
      'Nothing of what was named can be undone: something newer stands in its way, or it changed nothing.',
    action: 'Look at what came after it with "rollcall timeline"; the message names what stands in the way.',
    retryable: false,
  },
  ROLLCALL_UNDO_CHANGED: {
    kind: 'conflict',
    meaning: 'What would be undone is no longer what the preview showed.',
    action: 'Look at the preview again, and decide again.',
    retryable: false,
  },
  ROLLCALL_UNDO_TOO_LARGE: {
    kind: 'invalid',
    meaning: 'More would be undone at once than one plan may hold.',
    action: 'Undo a shorter range, or one service after the other.',
    retryable: false,
  },
  ROLLCALL_UNDO_PLAN_UNKNOWN: {
    kind: 'not-found',
    meaning: 'There is no plan of this name whose undoing could go on.',
    action: 'List the plans with "rollcall undo --list".',
    retryable: false,
  },
});
