import type {
  AggregateId,
  ConfigAggregateId,
  ConfigScheduleAggregateId,
  InstanceAggregateId,
  ServiceAggregateId,
  UndoAggregateId,
} from '../aggregates.js';
import type { ConfigRecord } from '../records/config.js';
import type { ConfigGrayRecord } from '../records/config-gray.js';
import type { ConfigOverrideRecord } from '../records/config-override.js';
import type { ConfigRolloutRecord } from '../records/config-rollout.js';
import type { ConfigScheduleRecord } from '../records/config-schedule.js';
import type { ConfigSchemaRecord } from '../records/config-schema.js';
import type { InstanceRecord } from '../records/instance.js';
import type { OverrideRecord } from '../records/override.js';
import type { ProtectionRecord } from '../records/protection.js';
import type { ServicePolicyRecord } from '../records/service-policy.js';
import type { UndoRecord } from '../records/undo.js';
import type { VerdictRecord } from '../records/verdict.js';
import type { Carried } from './carried.js';
import type { EventType } from './types.js';

/**
 * CloudEvents 1.0 attributes as NATS headers (binary content mode). The body is the record alone, so that
 * a Nest listener on the same subjects never takes an event for a request and answers on the ack inbox.
 */
export const headerNames = {
  specversion: 'ce-specversion',
  id: 'ce-id',
  type: 'ce-type',
  source: 'ce-source',
  time: 'ce-time',
  subject: 'ce-subject',
  actor: 'ce-actor',
  reason: 'ce-reason',
  causationId: 'ce-causationid',
  traceparent: 'traceparent',
  /** Of an event that undoes others: their sequences, and the plan it belongs to. */
  undoes: 'rollcall-undoes',
  plan: 'rollcall-plan',
  contentType: 'content-type',
  /** The broker stores a message with a known id once within its duplicate window. */
  messageId: 'Nats-Msg-Id',
  errorCode: 'rollcall-error',
  /** Of a replayed event: which sequence it had, and when it was stored. */
  originalSequence: 'rollcall-original-sequence',
  originalTime: 'rollcall-original-time',
} as const;

/** Who, why and in which trace: the same for every event. */
export interface EventAttributes {
  /** Unique; also the broker's de-duplication id. */
  readonly id: string;
  readonly type: string;
  /** Which process wrote it, as a URI reference: `/services/orders/orders-1`. */
  readonly source?: string;
  /** The writer's own clock. Rules use the broker's time instead. */
  readonly time?: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly causationId?: string;
  readonly traceparent?: string;
  /** Sequences of the events this one undoes, the oldest first: `1204,1310`. */
  readonly undoes?: string;
  /** The plan it was undone by. */
  readonly plan?: string;
}

/** An event on its way to the journal. */
export interface NewEvent<Data = unknown> extends EventAttributes {
  readonly aggregate: AggregateId;
  readonly data: Data;
  /** Present when an earlier event of this type is said again. */
  readonly carried?: Carried;
}

/** A readable event with its place in the journal. */
export interface JournalEvent<
  Type extends EventType = EventType,
  Id extends AggregateId = AggregateId,
  Data = unknown,
> extends EventAttributes {
  readonly type: Type;
  readonly aggregate: Id;
  readonly data: Data;
  /** Journal position, assigned by the broker. */
  readonly sequence: number;
  /** Broker store time, ms since the epoch. */
  readonly atMs: number;
  /** Present when an earlier event is said again: then type and body are those of that one. */
  readonly carried?: Carried;
}

export type InstanceEvent = JournalEvent<
  | 'rollcall.instance.registered.v1'
  | 'rollcall.instance.updated.v1'
  | 'rollcall.instance.deregistered.v1'
  | 'rollcall.instance.reinstated.v1',
  InstanceAggregateId,
  InstanceRecord
>;
export type OverrideEvent = JournalEvent<
  'rollcall.override.set.v1' | 'rollcall.override.removed.v1',
  InstanceAggregateId,
  OverrideRecord
>;
export type VerdictEvent = JournalEvent<
  'rollcall.verdict.suspected.v1' | 'rollcall.verdict.cleared.v1' | 'rollcall.verdict.expired.v1',
  InstanceAggregateId,
  VerdictRecord
>;
export type ServicePolicyEvent = JournalEvent<
  'rollcall.service.policy-set.v1',
  ServiceAggregateId,
  ServicePolicyRecord
>;

export type ProtectionEvent = JournalEvent<
  'rollcall.protection.engaged.v1' | 'rollcall.protection.released.v1',
  ServiceAggregateId,
  ProtectionRecord
>;

type TypesUnder<Start extends string> = Extract<EventType, `rollcall.config.${Start}`>;

export type ConfigKeyEvent = JournalEvent<
  'rollcall.config.set.v1' | 'rollcall.config.deleted.v1' | 'rollcall.config.rolled-back.v1',
  ConfigAggregateId,
  ConfigRecord
>;
export type ConfigOverrideEvent = JournalEvent<
  TypesUnder<`override-${string}`>,
  ConfigAggregateId,
  ConfigOverrideRecord
>;
export type ConfigSchemaEvent = JournalEvent<
  TypesUnder<`schema-${string}`>,
  ConfigAggregateId,
  ConfigSchemaRecord
>;
export type ConfigGrayEvent = JournalEvent<TypesUnder<`gray-${string}`>, ConfigAggregateId, ConfigGrayRecord>;
export type ConfigScheduleEvent = JournalEvent<
  TypesUnder<`schedule-${string}`>,
  ConfigScheduleAggregateId,
  ConfigScheduleRecord
>;
export type ConfigRolloutEvent = JournalEvent<
  'rollcall.config.rollout-summarized.v1',
  ConfigAggregateId,
  ConfigRolloutRecord
>;

/** What operators and the config service say about config. */
export type ConfigEvent =
  | ConfigKeyEvent
  | ConfigOverrideEvent
  | ConfigSchemaEvent
  | ConfigGrayEvent
  | ConfigScheduleEvent
  | ConfigRolloutEvent;

/** That undoing was begun, and that it came to its end. */
export type UndoEvent = JournalEvent<
  'rollcall.undo.started.v1' | 'rollcall.undo.finished.v1',
  UndoAggregateId,
  UndoRecord
>;

/** What the view is folded from. */
export type ViewEvent =
  InstanceEvent | OverrideEvent | VerdictEvent | ServicePolicyEvent | ProtectionEvent | ConfigEvent;

export type RegistryEvent = ViewEvent | UndoEvent;
