import type { MsgHdrs } from '@nats-io/nats-core';

/** A delivered message, before anything of it is believed. */
export interface Incoming {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
}

/** Gives what the handler gets as its payload; throws when the body cannot be read: the event is then poison. */
export type MessageReader = (message: Incoming) => unknown;

const strictDecoder = new TextDecoder('utf-8', { fatal: true });
const packetFields = new Set(['pattern', 'data', 'id', 'metadata', 'isDisposed']);

/** JSON in UTF-8; an empty body is undefined; what Nest's `emit()` sends is unwrapped. */
export function readJson({ data }: Incoming): unknown {
  if (data.length === 0) return undefined;
  const value: unknown = JSON.parse(strictDecoder.decode(data));
  return isNestPacket(value) ? value['data'] : value;
}

/** Only what has no other field: an event of somebody's own may well have a pattern and data among others. */
function isNestPacket(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || !('pattern' in value && 'data' in value)) return false;
  return Object.keys(value).every((field) => packetFields.has(field));
}
