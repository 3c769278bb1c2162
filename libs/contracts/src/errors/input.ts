import { defineErrors } from './entry.js';

/** Somebody handed in something that cannot be accepted. Nothing was stored. */
export const inputErrors = defineErrors({
  ROLLCALL_NAME_INVALID: {
    kind: 'invalid',
    meaning: 'A namespace, service, instance or application name is not a DNS label.',
    action: 'Use 1 to 63 of a-z, 0-9 and "-", starting and ending with a letter or digit.',
    retryable: false,
  },
  ROLLCALL_RECORD_INVALID: {
    kind: 'invalid',
    meaning: 'A record has fields of the wrong type, out of range or missing.',
    action: 'Correct the fields named in the message; the allowed values stand beside each.',
    retryable: false,
  },
  ROLLCALL_RECORD_TOO_LARGE: {
    kind: 'too-large',
    meaning: 'A record is larger than the limit for one event.',
    action: 'Shorten the metadata or tags; large content belongs behind a link.',
    retryable: false,
  },
  ROLLCALL_SUBJECT_INVALID: {
    kind: 'invalid',
    meaning: 'A subject is not one of the subjects of the contract.',
    action: 'Build subjects with the functions of the SDK, or see docs/reference/asyncapi.json.',
    retryable: false,
  },
  ROLLCALL_EVENT_MALFORMED: {
    kind: 'invalid',
    meaning: 'An event of a known type cannot be read: its body is not JSON, or breaks the schema.',
    action:
      'Publish a correct event; the broken one stays in the journal and is shown by "rollcall quarantine show".',
    retryable: false,
  },
  ROLLCALL_EVENT_CONTRADICTS_SUBJECT: {
    kind: 'invalid',
    meaning: 'The names inside an event differ from the names in its subject.',
    action: 'Publish the event on the subject of the aggregate it describes.',
    retryable: false,
  },
  ROLLCALL_EVENT_REFUSED: {
    kind: 'conflict',
    meaning: 'A well-formed event breaks a rule of its aggregate, so the view ignores it.',
    action: 'Read the rule in the message; register again to take a new incarnation.',
    retryable: false,
  },
  ROLLCALL_SEQUENCE_INVALID: {
    kind: 'invalid',
    meaning: 'A journal position is not a sequence, a time or a duration.',
    action: 'Give a positive whole number, an RFC 3339 time, or a duration like -15m.',
    retryable: false,
  },
  ROLLCALL_SETTINGS_INVALID: {
    kind: 'setup',
    meaning: 'One or more settings cannot be used.',
    action: 'Correct every setting listed in the message; see docs/reference/settings.md.',
    retryable: false,
  },
  ROLLCALL_USAGE: {
    kind: 'invalid',
    meaning: 'A command was called with arguments it does not take.',
    action: 'Run the command with --help.',
    retryable: false,
  },
  ROLLCALL_TOKEN_REQUIRED: {
    kind: 'unauthorized',
    meaning: 'A write arrived without the token that guards this registry, or with a wrong one.',
    action: 'Send "Authorization: Bearer <ROLLCALL_TOKEN>".',
    retryable: false,
  },
  ROLLCALL_ORIGIN_FORBIDDEN: {
    kind: 'forbidden',
    meaning: 'The Host or Origin of a request is not one this registry answers to.',
    action: 'Use a host listed in ROLLCALL_HTTP_HOSTS, or add yours there.',
    retryable: false,
  },
  ROLLCALL_BODY_INVALID: {
    kind: 'invalid',
    meaning: 'A request body is not valid JSON or not valid UTF-8.',
    action: 'Send a JSON object with Content-Type: application/json.',
    retryable: false,
  },
  ROLLCALL_ROUTE_UNKNOWN: {
    kind: 'not-found',
    meaning: 'There is nothing at this path.',
    action: 'See docs/reference/openapi.json for what there is.',
    retryable: false,
  },
  ROLLCALL_METHOD_NOT_ALLOWED: {
    kind: 'invalid',
    meaning: 'There is something at this path, but it does not take this method.',
    action: 'Use a method named in the Allow header of the answer.',
    retryable: false,
  },
  ROLLCALL_QUERY_INVALID: {
    kind: 'invalid',
    meaning: 'A query parameter is unknown, or has a value it cannot have.',
    action: 'Correct the parameters named in the message.',
    retryable: false,
  },
  ROLLCALL_REQUEST_MALFORMED: {
    kind: 'invalid',
    meaning: 'A request is not valid HTTP: its address, its headers or its length cannot be read.',
    action: 'Correct the request; a proxy in between may have damaged it.',
    retryable: false,
  },
  ROLLCALL_BODY_TOO_LARGE: {
    kind: 'too-large',
    meaning: 'A request body is larger than the limit.',
    action: 'Send less; the limit is in the message.',
    retryable: false,
  },
  ROLLCALL_CONTENT_TYPE_UNSUPPORTED: {
    kind: 'invalid',
    meaning: 'A request body is in a format that is not understood here.',
    action: 'Send JSON with Content-Type: application/json.',
    retryable: false,
  },
});
