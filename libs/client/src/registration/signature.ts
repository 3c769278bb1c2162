import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { EventAttributes, EventType, InstanceAggregateId } from '#contracts';
import { currentTraceparent } from '#tracing';

/** How events of one instance are signed: an id of their own, when, from where and by whom. */
export interface Signature {
  readonly source: string;
  readonly actor: string;
}

/** The source names service, instance, host and process, so that a rival for the same id can be found. */
export function signatureOf({ service, instance }: InstanceAggregateId, actor?: string): Signature {
  return {
    source: `/services/${service}/${instance}/${encodeURIComponent(hostname())}/${process.pid}`,
    actor: actor ?? `${service}/${instance}`,
  };
}

/** An event that is written within a trace is linked to it. */
export function sign({ source, actor }: Signature, type: EventType, reason?: string): EventAttributes {
  const traceparent = currentTraceparent();
  return {
    id: randomUUID(),
    type,
    source,
    actor,
    time: new Date().toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
