import { headers, type MsgHdrs } from '@nats-io/nats-core';
import {
  headerNames,
  carriedType,
  limits,
  type NewEvent,
  quote,
  RollcallError,
  writeCarried,
} from '#contracts';

const encoder = new TextEncoder();

/** A message ready to be published. */
export interface Encoded {
  readonly headers: MsgHdrs;
  readonly payload: Uint8Array;
}

/** An event as CloudEvents in NATS binary mode: attributes as headers, the record as the body. */
export function encodeEvent(event: NewEvent): Encoded {
  const payload = encoder.encode(JSON.stringify(event.data));
  if (payload.length > limits.recordBytesMax) {
    throw new RollcallError(
      'ROLLCALL_RECORD_TOO_LARGE',
      `the record of ${quote(Object.values(event.aggregate).join('/'))} has ${payload.length} bytes; at most ${limits.recordBytesMax} are allowed`,
    );
  }
  const attributes: [name: string, value: string | undefined][] = [
    [headerNames.specversion, '1.0'],
    [headerNames.id, event.id],
    [headerNames.type, event.carried === undefined ? event.type : carriedType],
    [headerNames.source, event.source],
    [headerNames.time, event.time],
    [headerNames.actor, event.actor],
    [headerNames.reason, event.reason],
    [headerNames.causationId, event.causationId],
    [headerNames.traceparent, event.traceparent],
    [headerNames.contentType, 'application/json'],
    [headerNames.messageId, event.id],
    ...(event.carried === undefined ? [] : writeCarried(event.type, event.carried)),
  ];
  const encoded = headers();
  for (const [name, value] of attributes) if (value !== undefined) encoded.set(name, headerSafe(value));
  return { headers: encoded, payload };
}

/** Header values are one line of text; a reason with line breaks must not become a second header. */
function headerSafe(value: string): string {
  return value.replaceAll(/[\r\n\0]+/g, ' ').trim();
}

export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}
