import { heartbeatTtlMs, type StreamNames, type Subjects } from '#contracts';
import type { HeartOrder } from './heart.js';
import type { PulseOrder } from './pulse.js';

export interface Names {
  readonly subjects: Subjects;
  readonly streams: StreamNames;
}

export function pulseOrder({ subjects, streams }: Names, order: HeartOrder): PulseOrder {
  const { id, heartbeatMs, leaseMs } = order;
  return {
    beatSubject: subjects.heartbeat(id),
    probeSubject: subjects.probe(id),
    stream: streams.heartbeats,
    incarnation: id.incarnation,
    heartbeatMs,
    ttlMs: heartbeatTtlMs(heartbeatMs ?? 0),
    hungAfterMs: leaseMs === 0 ? Infinity : leaseMs,
  };
}
