import { defineErrors } from './entry.js';

/** A nats-server cannot be found, started, joined or used. */
export const brokerErrors = defineErrors({
  ROLLCALL_BROKER_MISSING: {
    kind: 'setup',
    meaning: 'No usable nats-server was found or could be installed.',
    action:
      'Set NATS_URL to a running server, or NATS_SERVER_BIN to a binary, or install nats-server 2.12 or newer.',
    retryable: false,
  },
  ROLLCALL_BROKER_TOO_OLD: {
    kind: 'setup',
    meaning: 'The nats-server lacks the JetStream API level this registry needs.',
    action: 'Use nats-server 2.12 or newer (tested: 2.15.1).',
    retryable: false,
  },
  ROLLCALL_BROKER_NO_JETSTREAM: {
    kind: 'setup',
    meaning: 'The nats-server, or the account used, has no JetStream.',
    action: 'Enable JetStream on the server and for the account, or set ROLLCALL_JS_DOMAIN.',
    retryable: false,
  },
  ROLLCALL_BROKER_UNREACHABLE: {
    kind: 'unavailable',
    meaning: 'No connection to the broker.',
    action: 'Check the address and that the server runs.',
    retryable: true,
  },
  ROLLCALL_BROKER_REFUSED_LOGIN: {
    kind: 'setup',
    meaning: 'The broker refused the credentials.',
    action: 'Check NATS_CREDS, NATS_NKEY, NATS_USER and NATS_PASSWORD.',
    retryable: false,
  },
  ROLLCALL_BROKER_PORT_TAKEN: {
    kind: 'setup',
    meaning: 'Something else listens on the port our broker wants.',
    action: 'Stop it, set ROLLCALL_NATS_PORT, or join it with NATS_URL.',
    retryable: false,
  },
  ROLLCALL_BROKER_DATA_IN_USE: {
    kind: 'setup',
    meaning: 'The data directory is used by another running server.',
    action: 'Stop that server, or set ROLLCALL_DATA_DIR to another directory.',
    retryable: false,
  },
  ROLLCALL_BROKER_DIED: {
    kind: 'setup',
    meaning: 'The nats-server we started ended before it was ready.',
    action: 'Read its last lines in the message; the whole log is beside the data.',
    retryable: false,
  },
  ROLLCALL_HTTP_PORT_TAKEN: {
    kind: 'setup',
    meaning: 'Something else listens on the HTTP port of the registry.',
    action: 'Stop it, or set ROLLCALL_HTTP_PORT to another port.',
    retryable: false,
  },
  ROLLCALL_APP_DIED: {
    kind: 'setup',
    meaning: 'A process that was started together with the broker ended, or was not ready in time.',
    action: 'Read its last lines in the message; its whole log is named there.',
    retryable: false,
  },
  ROLLCALL_BROKER_DENIED: {
    kind: 'forbidden',
    meaning: 'The credentials do not allow this subject.',
    action: 'Grant the subjects listed in docs/guides/permissions.md.',
    retryable: false,
  },
  ROLLCALL_BROKER_DISK_FULL: {
    kind: 'unavailable',
    meaning: 'The broker cannot store: its disk or its storage limit is full.',
    action: 'Free space or raise the limit; nothing is expired meanwhile.',
    retryable: true,
  },
  ROLLCALL_STREAM_CONFLICT: {
    kind: 'setup',
    meaning: 'A stream of that name exists with settings that do not fit, or the server dropped a setting.',
    action:
      'Compare the settings named in the message; use ROLLCALL_PREFIX to keep apart from another registry.',
    retryable: false,
  },
});
