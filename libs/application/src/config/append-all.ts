import {
  type AggregateId,
  aggregateKey,
  headerNames,
  isRollcallError,
  limits,
  type NewEvent,
} from '#contracts';
import type { AppendOptions, Journal } from '../ports/journal.js';

export type GuardedEvent = NewEvent & Required<AppendOptions>;

/** Answers after which nobody knows whether the batch is stored, or that may be about our own first attempt. */
const doubtful = [
  'ROLLCALL_NOT_ACKNOWLEDGED',
  'ROLLCALL_BATCH_REFUSED',
  'ROLLCALL_REVISION_CONFLICT',
] as const;

/**
 * Stores all events or none, once, also when the broker goes down before it has answered: then the journal itself
 * is asked. Each event is guarded, so a second attempt cannot store what the first one did.
 * @returns the sequence of the first; they are consecutive
 * @throws ROLLCALL_REVISION_CONFLICT when one of the aggregates has another revision
 */
export async function appendAll(journal: Journal, events: readonly GuardedEvent[]): Promise<number> {
  const [first] = events as [GuardedEvent, ...GuardedEvent[]];
  for (let left: number = limits.registerConflictAttemptsMax; ; left -= 1) {
    try {
      if (events.length === 1) return await journal.append(first, first);
      return (await journal.appendBatch(events)) - events.length + 1;
    } catch (error) {
      if (!doubtful.some((code) => isRollcallError(error, code))) throw error;
      const stored = await storedAt(journal, first.aggregate, first.id, first.expectedRevision);
      if (stored !== undefined) return stored;
      if (left <= 1 || !isRollcallError(error, 'ROLLCALL_NOT_ACKNOWLEDGED')) throw error;
    }
  }
}

/** Where an event of an aggregate stands, if it is stored. */
export async function storedAt(
  journal: Journal,
  aggregate: AggregateId,
  id: string,
  after: number,
): Promise<number | undefined> {
  const last = await journal.last(aggregate);
  if (last?.id === id) return last.sequence;
  if (last === undefined || last.sequence <= after) return undefined;
  let found: number | undefined;
  const patterns = [aggregateKey(aggregate)];
  await journal.read({ from: { sequence: after + 1 }, toSequence: last.sequence, patterns }, (raw) => {
    if (raw.header(headerNames.id) === id) found = raw.sequence;
  });
  return found;
}
