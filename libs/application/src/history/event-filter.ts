import type { EventAttributes } from '#contracts';

/** Which events somebody wants to hear of. Absent: any. */
export interface EventFilter {
  /** Whole types, or a word of one: `expired` finds `rollcall.verdict.expired.v1`. */
  readonly types?: readonly string[];
  readonly actor?: string;
  /** A W3C trace id, 32 hexadecimal digits. */
  readonly traceId?: string;
}

export function matchesEvent(
  { types, actor, traceId }: EventFilter,
  event: Pick<EventAttributes, 'type' | 'actor' | 'traceparent'>,
): boolean {
  if (types !== undefined && !types.some((type) => isOfType(event.type, type))) return false;
  if (actor !== undefined && event.actor !== actor) return false;
  return traceId === undefined || event.traceparent?.split('-')[1] === traceId.toLowerCase();
}

function isOfType(type: string, wanted: string): boolean {
  return type === wanted || type.split('.').slice(1, -1).includes(wanted);
}
