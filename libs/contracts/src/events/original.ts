import type { JournalEvent } from './envelope.js';

/** The event that is said again, as it was said first. Any other event is itself. */
export function originalOf<Event extends JournalEvent>(event: Event): Event {
  const { carried, type, aggregate, data, source, actor, reason, causationId, traceparent } = event;
  if (carried === undefined) return event;
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
