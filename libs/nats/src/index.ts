export { Echoes } from './codec/echoes.js';
export { encodeEvent, encodeJson } from './codec/encode.js';
export { OutgoingHeaders } from './codec/outgoing-headers.js';
export { headerBytes } from './codec/header-block.js';
export { headerBlock, headerIn } from './codec/header-block.js';
export { rawEvent } from './codec/raw-event.js';
export {
  type ApiFailure,
  apiError,
  brokerError,
  isTransient,
  jetStreamCodes,
} from './connection/broker-error.js';
export {
  type BrokerAccess,
  connectBroker,
  type ConnectionRecipe,
  connectionRecipe,
} from './connection/connect.js';
export { watchForStall } from './read/stall-watch.js';
export { type ConnectionHandlers, watchConnection } from './connection/status.js';
export { publishBatch } from './publish/batch.js';
export { type Guard, type JournalPlace, JournalWriter } from './publish/journal-writer.js';
export type { StoredAck } from './publish/ack.js';
export {
  AckPublisher,
  type BatchOutgoing,
  type Outgoing,
  type PublisherOptions,
} from './publish/publisher.js';
export { asSaidFirst } from './read/carried.js';
export { type LastMessage, lastMessage, lastOnAny } from './read/last-message.js';
export {
  type OpenedReader,
  openReader,
  readAll,
  type ReadAllOrder,
  type ReadOrder,
} from './read/ordered-reader.js';
export type { FollowerHandlers, FollowerOptions, ResyncReason } from './view/follower-options.js';
export { ViewFollower } from './view/view-follower.js';
export { keyPatterns, type ViewScope } from './view/view-scope.js';
export { restoreStream } from './snapshot/restore-stream.js';
export { snapshotStream } from './snapshot/snapshot-stream.js';
export type { StoredStream, StreamPlace } from './snapshot/stream-api.js';
