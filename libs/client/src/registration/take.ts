import { setTimeout as delay } from 'node:timers/promises';
import {
  eventTypes,
  type InstanceAggregateId,
  type InstanceRecord,
  isRollcallError,
  limits,
  type ProbeAnswer,
  type RollcallError,
} from '#contracts';
import { conflictPauseMs } from '#domain';
import type { ClientPlace } from '../client/place.js';
import { patiently } from '../patiently.js';
import { type Claim, readClaim } from './claim.js';
import type { RecordDraft } from './input.js';
import { type Rival, rivalOf } from './rival.js';
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
  /** An incarnation of its own before; what is taken is above it, even if the registry has forgotten it. */
  readonly after?: number;
  /** Told when the one that held the id until now answers a probe: two processes claim one id. */
  readonly onRival?: (rival: Rival) => void;
  /** Asked before each attempt; an error ends the taking. */
  readonly refuse?: (claim: Claim) => RollcallError | undefined;
}

/**
 * Takes the next incarnation of an instance id by compare-and-set and registers. When somebody else is quicker,
 * looks and takes again: the later one supersedes the earlier, as at a restart.
 */
export async function takeIncarnation(place: ClientPlace, order: TakeOrder): Promise<Taken> {
  const { aggregate, draft, signature, reason } = order;
  for (let tries = 1; ; tries += 1) {
    const claim = await patiently(() => readClaim(place, aggregate), PATIENCE_MS);
    const refusal = order.refuse?.(claim);
    if (refusal !== undefined) throw refusal;
    if (order.onRival !== undefined) findRival(place, aggregate, claim, order.onRival);
    const record: InstanceRecord = { ...draft, incarnation: Math.max(claim.next, (order.after ?? 0) + 1) };
    const event = { ...sign(signature, eventTypes.instanceRegistered, reason), aggregate, data: record };
    try {
      const sequence = await place.writer.append(event, { expectedRevision: claim.sequence });
      return { record, sequence };
    } catch (error) {
      const isLast = tries >= limits.registerConflictAttemptsMax;
      if (isLast || !isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) throw error;
    }
    await delay(conflictPauseMs(tries, Math.random()));
  }
}

const PROBE_MS = 1_000;

/**
 * Asks whether the present holder of the id lives. The question overtakes the registration that follows it, so
 * the holder is asked before it hears that it was superseded. Nobody waits for the answer.
 */
function findRival(
  { connection, subjects }: ClientPlace,
  { namespace, service, instance }: InstanceAggregateId,
  claim: Claim,
  onRival: (rival: Rival) => void,
): void {
  const { incarnation } = claim;
  if (incarnation === 0 || !claim.isInView || claim.departure !== undefined) return;
  const subject = subjects.probe({ namespace, service, instance, incarnation });
  const ask = async (): Promise<void> => {
    const answer = await connection.request(subject, undefined, { timeout: PROBE_MS });
    if (answer.json<ProbeAnswer>().incarnation === incarnation) onRival(rivalOf(incarnation, claim.last));
  };
  ask().catch(() => undefined);
}
