import { defineErrors } from './entry.js';

/** A question cannot be understood. Nothing was read. */
export const queryErrors = defineErrors({
  ROLLCALL_FILTER_INVALID: {
    kind: 'invalid',
    meaning: 'A filter, a sort order, a list of fields or a page size cannot be read.',
    action: 'Correct it at the character named in the message; docs/guides/queries.md shows the language.',
    retryable: false,
  },
  ROLLCALL_ANSWER_TOO_LARGE: {
    kind: 'too-large',
    meaning: 'An answer is larger than one message of the broker may be.',
    action: 'Ask for less: a smaller limit, with a cursor for the rest, fewer fields, or a narrower filter.',
    retryable: false,
  },
  ROLLCALL_CURSOR_INVALID: {
    kind: 'invalid',
    meaning: 'A cursor is not one this registry gave out, or belongs to another sort order.',
    action: 'Begin again without a cursor, and hand back unchanged the one each page carries.',
    retryable: false,
  },
});
