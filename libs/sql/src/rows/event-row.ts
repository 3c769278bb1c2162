import { type Decoded, headerNames, limits, parseAggregateKey, type RawEvent } from '#contracts';
import { toTime } from '#domain';
import type { EventRow } from '../schema/tables.js';
import { cleanText, textOrNull } from './clean-text.js';

/** What became of an event, and why. */
export interface EventOutcome {
  readonly outcome: 'applied' | 'unchanged' | 'refused' | 'malformed' | 'unknown';
  readonly problem?: string;
}

/** The row of an event, readable or not. */
export function eventRow(raw: RawEvent, decoded: Decoded, { outcome, problem }: EventOutcome): EventRow {
  return {
    sequence: raw.sequence,
    at: toTime(raw.atMs),
    at_ms: raw.atMs,
    subject: cleanText(raw.key),
    ...namesIn(raw.key),
    ...attributesOf(raw, decoded),
    outcome,
    problem: textOrNull(problem),
    data: decoded.kind === 'event' ? JSON.stringify(decoded.event.data) : bodyOf(raw),
  };
}

type Names = Pick<EventRow, 'aggregate' | 'namespace' | 'service' | 'instance' | 'application' | 'key'>;

const unnamed: Names = {
  aggregate: null,
  namespace: null,
  service: null,
  instance: null,
  application: null,
  key: null,
};

function namesIn(subject: string): Names {
  const aggregate = parseAggregateKey(subject);
  if (aggregate === undefined) return unnamed;
  const { kind, ...names } = aggregate;
  if ('plan' in names) return { ...unnamed, namespace: names.namespace, key: names.plan, aggregate: kind };
  const key = 'schedule' in names ? { key: names.schedule } : {};
  return { ...unnamed, ...names, ...key, aggregate: kind };
}

type Attributes = Pick<
  EventRow,
  'type' | 'event_id' | 'source' | 'actor' | 'reason' | 'causation_id' | 'traceparent'
>;

function attributesOf(raw: RawEvent, decoded: Decoded): Attributes {
  // What is carried is told under its own type: the event it says again has a row of its own, or had one.
  const isKnown = decoded.kind === 'event' && decoded.event.carried === undefined;
  const known = isKnown ? decoded.event : undefined;
  const header = (name: string): string | undefined => raw.header(name)?.slice(0, limits.attributeLengthMax);
  const text = (value: string | undefined, name: string): string | null =>
    textOrNull(known === undefined ? header(name) : value);
  return {
    type: text(known?.type, headerNames.type),
    event_id: text(known?.id, headerNames.id),
    source: text(known?.source, headerNames.source),
    actor: text(known?.actor, headerNames.actor),
    reason: text(known?.reason, headerNames.reason),
    causation_id: text(known?.causationId, headerNames.causationId),
    traceparent: text(known?.traceparent, headerNames.traceparent),
  };
}

/** The body of an event we do not understand, when it is at least JSON. */
function bodyOf(raw: RawEvent): string | null {
  if (raw.bytes > limits.recordBytesMax) return null;
  try {
    return JSON.stringify(JSON.parse(raw.text()));
  } catch {
    return null;
  }
}
