import {
  heartbeatTtlMs,
  type IncarnationId,
  type InstanceAggregateId,
  type InstanceRecord,
  type StreamNames,
  type Subjects,
} from '#contracts';
import { leaseTimes } from '#domain';
import type { Signature } from '../registration/signature.js';

/** What an instance last said of itself, and where in the journal. */
export interface Standing {
  readonly record: InstanceRecord;
  readonly sequence: number;
}

/** When to call an instance overloaded, and how to say so. */
export interface OverloadOrder {
  /** An event loop that is held up for longer than this is overloaded, in ms. */
  readonly afterMs: number;
  readonly aggregate: InstanceAggregateId;
  readonly signature: Signature;
  readonly standing: Standing;
}

/** One incarnation to keep alive, as plain data: it is carried out in another thread. */
export interface HeartOrder {
  /** What the server calls a connection that beats for nobody else. */
  readonly connectionName: string;
  readonly beatSubject: string;
  readonly probeSubject: string;
  /** Stream whose acknowledgements count. */
  readonly stream: string;
  readonly incarnation: number;
  /** Undefined for one that never beats: it only answers probes. */
  readonly heartbeatMs?: number;
  /** How long the broker keeps a beat, in whole seconds: it cuts fractions off. */
  readonly ttlSeconds: number;
  /**
   * A process whose event loop has not turned for so long hangs: its pulse stops, and it is expired. If it turns
   * again it comes back by itself.
   */
  readonly hungAfterMs: number;
  readonly overload?: OverloadOrder;
}

const HUNG_AFTER_MS_MIN = 60_000;

export interface OrderPlace {
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  /** Host and process, as connection names show it. */
  readonly processName: string;
}

export function heartOrder(place: OrderPlace, record: InstanceRecord, overload?: OverloadOrder): HeartOrder {
  const { subjects, streams, processName } = place;
  const { namespace, service, instance, incarnation, leaseMs } = record;
  const id: IncarnationId = { namespace, service, instance, incarnation };
  const { heartbeatMs } = leaseTimes(record);
  return {
    connectionName: `rollcall heart ${namespace}/${service}/${instance}#${incarnation} ${processName}`,
    beatSubject: subjects.heartbeat(id),
    probeSubject: subjects.probe(id),
    stream: streams.heartbeats,
    incarnation,
    ...(leaseMs === 0 ? {} : { heartbeatMs }),
    ttlSeconds: heartbeatTtlMs(heartbeatMs) / 1_000,
    hungAfterMs: Math.max(HUNG_AFTER_MS_MIN, 2 * leaseMs),
    ...(overload === undefined ? {} : { overload }),
  };
}
