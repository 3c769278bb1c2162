import { type AggregateId, assertRecord, type ConfigAggregateId, type ViewedConfig } from '#contracts';
import { type Actor, attributesOf } from '../registrar/event-factory.js';
import { retryConflicts } from '../registrar/retry-conflicts.js';
import { appendAll, type GuardedEvent } from './append-all.js';
import type { ConfigParts } from './config-writer.js';
import { checkExpectation, type Expectation } from './expectation.js';
import { type Standing, standingOf } from './present.js';

/** What is to be said of an aggregate, worked out from what stands there. */
export interface Said {
  readonly type: string;
  readonly data: object;
}

/** Who writes what, worked out from what stands there, and what must hold. */
export interface WriteOrder<Viewed extends ViewedConfig> {
  readonly by: Actor;
  readonly say: (standing: Standing<Viewed>) => Promise<Said> | Said;
  readonly expected?: Expectation | undefined;
}

/**
 * Writes one aggregate beside the value of a key, guarded by what it was worked out from.
 * @returns the sequence
 * @throws ROLLCALL_CONFIG_CONFLICT, ROLLCALL_RECORD_INVALID
 */
export function writeAggregate<Viewed extends ViewedConfig>(
  { journal, view, identity }: ConfigParts,
  aggregate: ConfigAggregateId,
  { by, say, expected }: WriteOrder<Viewed>,
): Promise<number> {
  return retryConflicts(async () => {
    const standing = await standingOf<Viewed>(journal, view(), aggregate);
    checkExpectation(aggregate, standing, expected);
    const said = await say(standing);
    const place = { expectedRevision: standing.guard, by };
    return appendAll(journal, [eventOf({ identity }, aggregate, said, place)]);
  });
}

/** @throws ROLLCALL_RECORD_INVALID */
export function eventOf(
  { identity }: Pick<ConfigParts, 'identity'>,
  aggregate: AggregateId,
  { type, data }: Said,
  { expectedRevision, by }: { readonly expectedRevision: number; readonly by: Actor },
): GuardedEvent {
  assertRecord(aggregate.kind, data);
  return { ...attributesOf(identity, type, by), aggregate, data, expectedRevision };
}
