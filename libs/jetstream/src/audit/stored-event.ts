import type { JsMsg } from '@nats-io/jetstream';
import type { StoredEvent } from '#application';
import { headerBytes } from '#nats';

/** A delivered message, to the byte. */
export function storedEvent(message: JsMsg): StoredEvent {
  return {
    sequence: message.seq,
    timeNs: message.timestampNanos,
    subject: message.subject,
    headers: headerBytes(message),
    body: message.data,
  };
}
