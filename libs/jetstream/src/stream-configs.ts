import { nanos } from '@nats-io/nats-core';
import type { StreamConfig } from '@nats-io/jetstream';
import { limits, type StreamNames, type Subjects } from '#contracts';

/** A stream as we need it. Every field named here is read back and compared: old servers drop what they don't know. */
export type WantedStream = Partial<StreamConfig> & Pick<StreamConfig, 'name'>;

export interface TopologyOptions {
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  /** 1, 3 or 5. Asynchronous persistence exists for 1 only. */
  readonly replicas: number;
}

/** How long a delete marker can still tell a late reader that a lease lapsed. */
const MARKER_MS = 600_000;

/** What stands behind answers about the past: hashes of all events, and views of former moments. */
function historyStreams({ subjects, streams, replicas }: TopologyOptions): WantedStream[] {
  const common = { storage: 'file', retention: 'limits', num_replicas: replicas, discard: 'old' } as const;
  return [
    {
      ...common,
      name: streams.audit,
      subjects: [subjects.auditBlock, subjects.auditCheckpoint],
      allow_direct: true,
      deny_delete: true,
      deny_purge: true,
      allow_rollup_hdrs: false,
    },
    {
      ...common,
      name: streams.snapshots,
      subjects: [`${subjects.snapshots}>`],
      max_msgs_per_subject: 1,
      allow_direct: true,
      compression: 's2',
      allow_rollup_hdrs: false,
    },
  ];
}

/** The streams of one registry; docs/decisions/0005 says why each is as durable as it is. */
export function wantedStreams(options: TopologyOptions): WantedStream[] {
  const { subjects, streams, replicas } = options;
  const common = { storage: 'file', retention: 'limits', num_replicas: replicas, discard: 'old' } as const;
  // What a crash may lose in these is rebuilt: views from the journal, leases by the next heartbeat.
  const rebuilt = replicas === 1 ? { persist_mode: 'async' } : {};
  const lastOnly = { max_msgs_per_subject: 1, allow_direct: true } as const;
  return [
    {
      ...common,
      name: streams.journal,
      subjects: [subjects.journalAll],
      compression: 's2',
      allow_direct: true,
      allow_atomic: true,
      deny_delete: true,
      deny_purge: true,
      allow_rollup_hdrs: false,
      max_msg_size: 2 * limits.recordBytesMax,
      // The limits of the journal are for the leader to set, for the moment a cut takes (docs/decisions/0031).
      max_age: 0,
      max_msgs: -1,
      duplicate_window: nanos(120_000),
    },
    {
      ...common,
      ...rebuilt,
      ...lastOnly,
      name: streams.heartbeats,
      subjects: [subjects.heartbeatAll],
      allow_msg_ttl: true,
      allow_rollup_hdrs: false,
      max_age: nanos(limits.leaseMsMax),
      max_msg_size: 4_096,
    },
    {
      ...common,
      ...rebuilt,
      ...lastOnly,
      name: streams.leases,
      sources: [{ name: streams.heartbeats }],
      allow_msg_ttl: true,
      subject_delete_marker_ttl: nanos(MARKER_MS),
      max_age: nanos(limits.leaseMsMax),
    },
    {
      ...common,
      ...rebuilt,
      ...lastOnly,
      name: streams.view,
      subjects: [`${streams.viewSubjects}>`],
      allow_msg_ttl: true,
      allow_rollup_hdrs: false,
      deny_delete: true,
      republish: { src: `${streams.viewSubjects}>`, dest: subjects.discoveryAll },
    },
    {
      ...common,
      ...lastOnly,
      ...schedulesStream(streams, subjects),
    },
    {
      ...common,
      ...rebuilt,
      ...lastOnly,
      name: streams.election,
      subjects: [`${subjects.prefix}election.v1.*`],
      max_age: nanos(60_000),
      max_msg_size: 4_096,
    },
    ...historyStreams(options),
  ];
}

/** Timers of scheduled changes, and what fires: reminders only, never a source of the journal. */
function schedulesStream(streams: StreamNames, subjects: Subjects): WantedStream {
  return {
    name: streams.schedules,
    subjects: [subjects.scheduleAll, subjects.dueAll],
    allow_msg_schedules: true,
    allow_msg_ttl: true,
    max_msg_size: 4_096,
  };
}
