import { headers } from '@nats-io/nats-core';
import { carriedType, headerNames, readCarried } from '#contracts';
import type { LastMessage } from './last-message.js';

function carriedIn({ headers: found }: LastMessage) {
  if (found.get(headerNames.type) !== carriedType) return undefined;
  return readCarried((name) => found.get(name) || undefined);
}

/** A message that says an event again, as that event: its sequence is the revision everybody knows. */
export function asSaidFirst(message: LastMessage): LastMessage {
  const carried = carriedIn(message);
  if (carried === undefined) return message;
  const first = headers();
  for (const name of message.headers.keys()) first.set(name, message.headers.get(name));
  first.set(headerNames.type, carried.type);
  first.set(headerNames.id, carried.id);
  first.set(headerNames.messageId, carried.id);
  return {
    sequence: carried.sequence,
    place: message.sequence,
    atMs: carried.atMs,
    headers: first,
    text: () => message.text(),
  };
}

/** Where the event with a revision stands now; undefined unless it is the one that was carried. */
export function placeOf(last: LastMessage | undefined, revision: number): number | undefined {
  return last !== undefined && carriedIn(last)?.sequence === revision ? last.sequence : undefined;
}
