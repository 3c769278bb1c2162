import type { AggregateId } from '#contracts';
import { undoConfig, undoConfigOverride, undoConfigSchema, undoPolicy } from './compensate-plain.js';
import { undoFinding, undoOverride, undoRegistration } from './compensate-instance.js';
import type { Compensation, Undoing } from './undoing.js';

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
