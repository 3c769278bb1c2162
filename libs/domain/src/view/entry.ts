import { type Cause, type InstanceView, sharedText, type ViewedRecord, type ViewRecord } from '#contracts';

/** A view record without the words about what changed: those depend on what was there before. */
export type ViewEntry<Viewed extends ViewedRecord = ViewedRecord> = Pick<
  ViewRecord<Viewed>,
  'sequence' | 'at' | 'cause' | 'record'
>;

export function isInstanceView(record: ViewedRecord): record is InstanceView {
  return 'instance' in record;
}

/** Whether somebody who asks may see it. What departed stays as a tombstone that says why. */
export function isPresent(entry: ViewEntry | undefined): boolean {
  return entry !== undefined && !('departure' in entry.record);
}

/** Whether a heartbeat of it must be alive: it has a lease, it is there, and nobody suspects it. */
export function shouldBeat(entry: ViewEntry | undefined): boolean {
  if (entry === undefined || !isInstanceView(entry.record) || !isPresent(entry)) return false;
  return entry.record.leaseMs > 0 && entry.record.status !== 'suspect';
}

/** Anything that carries what a cause needs: an event, or a cause. */
export interface CauseSource {
  readonly id: string;
  readonly type: string;
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
  readonly traceparent?: string | undefined;
}

/**
 * Picks the cause out of an event, leaving out what is absent. Actors are kept once for all; types already are, by
 * whoever read the event.
 */
export function causeOf({ id, type, actor, reason, traceparent }: CauseSource): Cause {
  return {
    id,
    type,
    ...(actor === undefined ? {} : { actor: sharedText(actor) }),
    ...(reason === undefined ? {} : { reason }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
