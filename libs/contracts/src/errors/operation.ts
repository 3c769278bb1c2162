import { defineErrors } from './entry.js';

/** The request was understood; the state of the registry or of the broker stands in its way. */
export const operationErrors = defineErrors({
  ROLLCALL_NOT_FOUND: {
    kind: 'not-found',
    meaning: 'There is no such namespace, service, instance or quarantined event.',
    action: 'List what there is with "rollcall services" or "rollcall instances <service>".',
    retryable: false,
  },
  ROLLCALL_REVISION_CONFLICT: {
    kind: 'conflict',
    meaning: 'Somebody else changed this aggregate since it was read.',
    action: 'Read it again, decide again, and send the new revision.',
    retryable: false,
  },
  ROLLCALL_SUPERSEDED: {
    kind: 'conflict',
    meaning: 'A newer incarnation has taken this instance id.',
    action: 'Stop this process, or give it an instance id of its own.',
    retryable: false,
  },
  ROLLCALL_NOT_REGISTERED: {
    kind: 'conflict',
    meaning: 'The operation needs a registration that this client has not made, or has ended.',
    action: 'Call register() first.',
    retryable: false,
  },
  ROLLCALL_NOT_ACKNOWLEDGED: {
    kind: 'unavailable',
    meaning: 'The broker did not acknowledge a write in time; it may or may not be stored.',
    action: 'Send it again with the same event id: the broker stores it once.',
    retryable: true,
  },
  ROLLCALL_BATCH_REFUSED: {
    kind: 'conflict',
    meaning: 'The broker refused an atomic batch; nothing of it was stored.',
    action:
      'Send the items one by one, or fewer at once: the error of the broker in the message says what it did not take.',
    retryable: false,
  },
  ROLLCALL_POSITION_NOT_REACHED: {
    kind: 'unavailable',
    meaning: 'A read demanded a journal position the view did not reach in time.',
    action: 'Try again; if it persists, look at the projector with "rollcall status".',
    retryable: true,
  },
  ROLLCALL_VIEW_DIFFERS: {
    kind: 'internal',
    meaning: 'The materialized view is not what the journal folds to.',
    action: 'Run "rollcall verify --repair" and keep the report.',
    retryable: false,
  },
  ROLLCALL_PROJECTION_FAILED: {
    kind: 'setup',
    meaning: 'A projection of your own could not take in a batch of events, however often it was tried.',
    action: 'Mend what the message names and start the projection again: it goes on behind the last batch.',
    retryable: false,
  },
  ROLLCALL_JOURNAL_REPLACED: {
    kind: 'setup',
    meaning:
      'The journal is not the one the view was made from: a backup was restored, or the stream made anew.',
    action:
      'If the journal is right as it is, run "rollcall verify --repair"; else restore the right one. The last view is served meanwhile.',
    retryable: false,
  },
  ROLLCALL_UNAVAILABLE: {
    kind: 'unavailable',
    meaning: 'The registry cannot serve this now.',
    action: 'Try again; GET /readyz says what is missing.',
    retryable: true,
  },
  ROLLCALL_INTERNAL: {
    kind: 'internal',
    meaning: 'Something went wrong that is not your fault.',
    action: 'Look for the id in the log of the registry, and report it.',
    retryable: true,
  },
});
