import 'reflect-metadata';

export { type BrokerAccess } from '#nats';
export { JetStreamClient, type JetStreamClientOptions } from './client/jetstream-client.js';
export { JetStreamContext } from './context.js';
export { DurableEvent } from './durable-event.decorator.js';
export { JetStreamExceptionFilter } from './exception-filter.js';
export type {
  DeadLetterOptions,
  HandlerOptions,
  JetStreamServerOptions,
  StartAt,
  StreamToEnsure,
} from './options.js';
export { PoisonMessage } from './poison.js';
export type { CloudEvent } from './read/cloud-event.js';
export { type Incoming, type MessageReader, readJson } from './read/read-message.js';
export { type JetStreamCounts, JetStreamServer } from './server/jetstream-server.js';
export { deadHeaders, type DeadReason } from './settle/dead-letters.js';
export { JETSTREAM } from './transport.js';
