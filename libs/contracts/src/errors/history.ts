import { defineErrors } from './entry.js';

/** A question about the past cannot be answered. Nothing was changed. */
export const historyErrors = defineErrors({
  ROLLCALL_BEFORE_HISTORY: {
    kind: 'not-found',
    meaning: 'A moment lies before the first event the journal still holds.',
    action: 'Ask for a moment at or after the one in the message.',
    retryable: false,
  },
  ROLLCALL_AFTER_HISTORY: {
    kind: 'invalid',
    meaning: 'A moment lies in the future, or a sequence beyond the last event of the journal.',
    action: 'Leave out "at" for what is now; the message names the last event there is.',
    retryable: false,
  },
  ROLLCALL_SNAPSHOT_DAMAGED: {
    kind: 'internal',
    meaning:
      'A stored snapshot of the view is not what was stored: a piece is missing or has another digest.',
    action: 'Nothing has to be done: an older snapshot is used. Find out who writes to the snapshot stream.',
    retryable: false,
  },
  ROLLCALL_HISTORY_BUSY: {
    kind: 'too-many',
    meaning: 'This process answers as many questions about the past as it can at a time.',
    action: 'Ask again in a second; narrow the question to one service, which costs least.',
    retryable: true,
  },
});
