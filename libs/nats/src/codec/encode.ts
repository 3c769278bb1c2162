import {
  carriedType,
  headerNames,
  limits,
  type NewEvent,
  quote,
  RollcallError,
  writeCarried,
} from '#contracts';
import { OutgoingHeaders } from './outgoing-headers.js';

/** A message ready to be published. */
export interface Encoded {
  readonly headers: OutgoingHeaders;
  readonly payload: Uint8Array;
}

/** An event as CloudEvents in NATS binary mode: attributes as headers, the record as the body. */
export function encodeEvent(event: NewEvent): Encoded {
  const payload = encodeJson(event.data);
  if (payload.length > limits.recordBytesMax) {
    throw new RollcallError(
      'ROLLCALL_RECORD_TOO_LARGE',
      `the record of ${quote(Object.values(event.aggregate).join('/'))} has ${payload.length} bytes; at most ${limits.recordBytesMax} are allowed`,
    );
  }
  const headers = new OutgoingHeaders()
    .put(headerNames.specversion, '1.0')
    .put(headerNames.id, event.id)
    .put(headerNames.type, event.carried === undefined ? event.type : carriedType)
    .put(headerNames.source, event.source)
    .put(headerNames.time, event.time)
    .put(headerNames.actor, event.actor)
    .put(headerNames.reason, event.reason)
    .put(headerNames.causationId, event.causationId)
    .put(headerNames.traceparent, event.traceparent)
    .put(headerNames.undoes, event.undoes)
    .put(headerNames.plan, event.plan)
    .put(headerNames.contentType, 'application/json')
    .put(headerNames.messageId, event.id);
  if (event.carried !== undefined)
    for (const [name, value] of writeCarried(event.type, event.carried)) headers.put(name, value);
  return { headers, payload };
}

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
