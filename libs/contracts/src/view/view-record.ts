import type { ViewedConfig } from './config-view.js';
import type { Evidence, VerdictState } from '../records/verdict.js';
import type { InstanceRecord, Status } from '../records/instance.js';
import type { OverrideStatus } from '../records/override.js';
import type { ProtectionRecord } from '../records/protection.js';
import type { ServicePolicyRecord } from '../records/service-policy.js';

/** The event that led to a change, as far as a consumer needs it to tell the story. */
export interface Cause {
  readonly id: string;
  readonly type: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly traceparent?: string;
}

/** The status a caller acts on: what the service says, laid over by operators and by the watchman. */
export type EffectiveStatus = Status | 'suspect';

/**
 * Why an instance is not there. It left, it was found dead, an operator took it out, or it was never
 * registered (an override may be laid in advance).
 */
export type Departure = 'deregistered' | 'expired' | 'evicted' | 'unregistered';

/** An override as the view shows it. */
export interface OverrideView {
  readonly sequence: number;
  readonly at: string;
  readonly status?: OverrideStatus;
  readonly weight?: number;
  readonly evictedIncarnation?: number;
  readonly actor?: string;
  readonly reason?: string;
}

/** The watchman's last finding. It counts only for the registration it is about. */
export interface VerdictView {
  readonly sequence: number;
  readonly at: string;
  readonly incarnation: number;
  /** Sequence of the registration the watchman looked at; absent where the verdict does not say. */
  readonly registeredSequence?: number;
  readonly state: VerdictState;
  readonly evidence: Evidence;
}

/**
 * An instance as the view shows it: the service's own record with status and weight as callers
 * should take them, and what operators and the watchman laid over it beside.
 */
export interface InstanceView extends Omit<InstanceRecord, 'status' | 'weight' | 'tags' | 'metadata'> {
  readonly status: EffectiveStatus;
  readonly weight: number;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** What the service said itself, where it differs from `status` and `weight`. */
  readonly reported?: { readonly status?: Status; readonly weight?: number };
  readonly override?: OverrideView;
  readonly verdict?: VerdictView;
  readonly departure?: Departure;
  /** True once the service itself said good-bye. */
  readonly left?: true;
  /** Sequence and broker time of the registration this incarnation began with. */
  readonly registeredSequence: number;
  readonly registeredAt: string;
  /** Sequence of the last event the service itself wrote: what a compare-and-set expects. */
  readonly revision: number;
}

export interface ServiceView extends ServicePolicyRecord {
  readonly revision: number;
}

export interface ProtectionView extends ProtectionRecord {
  readonly revision: number;
}

export type ViewedRecord = InstanceView | ServiceView | ProtectionView | ViewedConfig;

/** One key of the materialized view, and the message on its discovery subject: the same JSON. */
export interface ViewRecord<Viewed extends ViewedRecord = ViewedRecord> {
  readonly change: 'added' | 'updated' | 'removed';
  /** Journal sequence of the event that led here. */
  readonly sequence: number;
  /** Broker time of that event, RFC 3339. */
  readonly at: string;
  readonly cause: Cause;
  /** Paths of the fields that differ from the record before, e.g. `endpoints.0.port`. */
  readonly changed: readonly string[];
  readonly record: Viewed;
}

/** `[count, checksum]` of the present instances of one service. */
export type ServiceSum = readonly [count: number, checksum: number];

/** An event by which a journal is known again: its sequence and broker time. Sequence 0: there was none yet. */
export interface JournalMark {
  readonly sequence: number;
  readonly at: string;
}

/**
 * How far the view has come. On the bucket key `_position` and the subject `discovery.v1._position`.
 * A watcher that has applied everything before it must have the same sums, else it lost something.
 */
export interface PositionRecord {
  /** Every journal event up to this sequence is reflected in the view. */
  readonly position: number;
  /** Broker time of the event at that sequence. */
  readonly at: string;
  /**
   * What was touched since the last position, and a rotating share of the rest: services as `<namespace>/<service>`,
   * applications (values, overrides and gray releases) as `<namespace>/config:<application>`.
   */
  readonly services: Readonly<Record<string, ServiceSum>>;
  /** Sum over everything. */
  readonly total: ServiceSum;
  /** Events set aside so far. */
  readonly quarantined: number;
  /**
   * The last event that was read when this was written: by its sequence and broker time a later projector knows the
   * journal again. Absent in a view nobody has written since this field exists.
   */
  readonly journal?: JournalMark;
  /** How often the view was made anew from another journal, by which sequences go back. Absent: never. */
  readonly epoch?: number;
}

/** An event the projector could not read, or had to refuse. The event itself stays in the journal. */
export interface QuarantineRecord {
  readonly sequence: number;
  readonly at: string;
  readonly subject: string;
  readonly code: string;
  readonly reason: string;
  readonly type?: string;
  readonly id?: string;
  readonly actor?: string;
}

/** Keys of the view bucket that are not aggregates start with an underscore. */
export const viewKeys = {
  position: '_position',
  quarantine: (slot: number): string => `_quarantine.${slot}`,
  quarantinePrefix: '_quarantine.',
} as const;
