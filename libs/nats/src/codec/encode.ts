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
  const headers = new OutgoingHeaders([
    [headerNames.specversion, '1.0'],
    [headerNames.id, event.id],
    [headerNames.type, event.carried === undefined ? event.type : carriedType],
    [headerNames.source, event.source],
    [headerNames.time, event.time],
    [headerNames.actor, event.actor],
    [headerNames.reason, event.reason],
    [headerNames.causationId, event.causationId],
    [headerNames.traceparent, event.traceparent],
    [headerNames.undoes, event.undoes],
    [headerNames.plan, event.plan],
    [headerNames.contentType, 'application/json'],
    [headerNames.messageId, event.id],
    ...(event.carried === undefined ? [] : writeCarried(event.type, event.carried)),
  ]);
  return { headers, payload };
}

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
