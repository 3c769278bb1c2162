import type { Carried } from './carried.js';
import type { JournalEvent } from './envelope.js';

/** The event that is said again, as it was said first. Any other event is itself. */
export function originalOf<Event extends JournalEvent>(event: Event): Event {
  // Before anything else is looked at: attributes are read out of the headers when they are asked for.
  return event.carried === undefined ? event : saidFirst(event, event.carried);
}

function saidFirst<Event extends JournalEvent>(event: Event, carried: Carried): Event {
  const { type, aggregate, data, source, actor, reason, causationId, traceparent } = event;
  const given = Object.entries({ source, actor, reason, causationId, traceparent });
  return {
    type,
    aggregate,
    data,
    id: carried.id,
    sequence: carried.sequence,
    atMs: carried.atMs,
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  } as unknown as Event;
}
