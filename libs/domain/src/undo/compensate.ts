import type { AggregateId, EventType, RegistryEvent } from '#contracts';
import type { FoldEntry } from '../view/fold-entry.js';
import { undoConfig, undoConfigOverride, undoConfigSchema, undoPolicy } from './compensate-plain.js';
import { undoFinding, undoOverride, undoRegistration } from './compensate-instance.js';

/** What happened to one aggregate, and is to be undone. */
export interface Undoing {
  /** Oldest first; nothing that counts came to the aggregate after the last of them. */
  readonly events: readonly [RegistryEvent, ...RegistryEvent[]];
  /** What stood under its view key before the first of them. */
  readonly before: FoldEntry | undefined;
  /** What stands there now. */
  readonly now: FoldEntry | undefined;
}

/** An event that takes back what others did. Attributes, guards and headers are for whoever writes it. */
export interface Compensating {
  readonly type: EventType;
  readonly aggregate: AggregateId;
  readonly data: object;
}

/** The events that undo, to be stored together; or why nothing does, in words. */
export type Compensation = readonly [Compensating, ...Compensating[]] | { readonly why: string };

/**
 * What brings an aggregate back to how it stood before some of its events. History is not changed: what is undone is
 * undone by further events, of the same aggregate and by the same rules as all others.
 */
export function compensate(undoing: Undoing): Compensation {
  const { kind } = undoing.events[0].aggregate;
  return Object.hasOwn(rules, kind) ? (rules[kind] as Rule)(undoing) : { why: reasons[kind] ?? '' };
}

type Rule = (undoing: Undoing) => Compensation;

const rules: Readonly<Partial<Record<AggregateId['kind'], Rule>>> = {
  instance: undoRegistration,
  override: undoOverride,
  verdict: undoFinding,
  service: undoPolicy,
  config: undoConfig,
  'config-override': undoConfigOverride,
  'config-schema': undoConfigSchema,
};

const reasons: Readonly<Partial<Record<AggregateId['kind'], string>>> = {
  protection: 'protection is engaged and released by the watchman, by what it sees',
  'config-gray': 'a gray release is ended with "rollcall config gray", not undone',
  'config-schedule': 'a scheduled change is cancelled with "rollcall config schedule", not undone',
  'config-rollout': 'it only reports how a change came to the instances',
  undo: 'it is a plan; what it changed are the events that name it, which can be undone in their turn',
};
