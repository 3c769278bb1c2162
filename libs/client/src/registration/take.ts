import {
  eventTypes,
  type InstanceAggregateId,
  type InstanceRecord,
  isRollcallError,
  limits,
  type RollcallError,
} from '#contracts';
import type { ClientPlace } from '../client/place.js';
import { patiently } from '../patiently.js';
import { type Claim, readClaim } from './claim.js';
import type { RecordDraft } from './input.js';
import { sign, type Signature } from './signature.js';

/** How long a broker that has just started may take until it answers for its streams. */
const PATIENCE_MS = 2_000;

/** A registration that stands in the journal. */
export interface Taken {
  readonly record: InstanceRecord;
  readonly sequence: number;
}

export interface TakeOrder {
  readonly aggregate: InstanceAggregateId;
  readonly draft: RecordDraft;
  readonly signature: Signature;
  readonly reason?: string | undefined;
  /** Asked before each attempt; an error ends the taking. */
  readonly refuse?: (claim: Claim) => RollcallError | undefined;
}

/**
 * Takes the next incarnation of an instance id by compare-and-set and registers. When somebody else is quicker,
 * looks and takes again: the later one supersedes the earlier, as at a restart.
 */
export async function takeIncarnation(place: ClientPlace, order: TakeOrder): Promise<Taken> {
  const { aggregate, draft, signature, reason } = order;
  for (let left: number = limits.registerConflictAttemptsMax; ; left -= 1) {
    const claim = await patiently(() => readClaim(place, aggregate), PATIENCE_MS);
    const refusal = order.refuse?.(claim);
    if (refusal !== undefined) throw refusal;
    const record: InstanceRecord = { ...draft, incarnation: claim.incarnation + 1 };
    const event = { ...sign(signature, eventTypes.instanceRegistered, reason), aggregate, data: record };
    try {
      const sequence = await place.writer.append(event, { expectedRevision: claim.sequence });
      return { record, sequence };
    } catch (error) {
      if (left <= 1 || !isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) throw error;
    }
  }
}
