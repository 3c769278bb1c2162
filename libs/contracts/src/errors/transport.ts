import { defineErrors } from './entry.js';

/** The Nest transport on JetStream: its options, its streams, its consumers. */
export const transportErrors = defineErrors({
  ROLLCALL_TRANSPORT_INVALID: {
    kind: 'setup',
    meaning: 'An option or a handler of the JetStream transport cannot work.',
    action: 'Correct the option named in the message; docs/guides/nest-jetstream.md explains each.',
    retryable: false,
  },
  ROLLCALL_STREAM_MISSING: {
    kind: 'setup',
    meaning: 'No stream of the broker stores this subject.',
    action: 'Create the stream, name it with the option "stream", or let "ensureStream" create it.',
    retryable: false,
  },
  ROLLCALL_CONSUMER_CONFLICT: {
    kind: 'setup',
    meaning: 'A durable consumer of that name exists with settings that cannot be changed.',
    action: 'Choose another "durable", or delete the consumer when its position may be lost.',
    retryable: false,
  },
});
