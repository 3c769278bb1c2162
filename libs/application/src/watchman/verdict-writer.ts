import {
  type Evidence,
  eventTypes,
  type IncarnationId,
  type InstanceAggregateId,
  isRollcallError,
  type VerdictRecord,
  type VerdictState,
} from '#contracts';
import type { Journal, LastEvent } from '../ports/journal.js';
import { attributesOf, type EventIdentity } from '../registrar/event-factory.js';

const typeOfState = {
  suspected: eventTypes.verdictSuspected,
  cleared: eventTypes.verdictCleared,
  expired: eventTypes.verdictExpired,
} as const;

/** What the verdict is about, and what must have been said before it. */
export interface VerdictSubject {
  /** The registration it is about: it counts for nothing when the instance has registered anew meanwhile. */
  readonly registeredSequence: number;
  /** Sequence of the suspicion it ends: said only while that one stands. Absent: nobody may suspect it yet. */
  readonly suspicion?: number;
}

export interface VerdictWriterParts {
  readonly journal: Journal;
  readonly identity: EventIdentity;
  /** Name of this watchman, as the journal shows it. */
  readonly observer: string;
}

/** Journals verdicts. Whichever replica comes first wins; for the others there is nothing left to say. */
export class VerdictWriter {
  readonly #parts: VerdictWriterParts;

  constructor(parts: VerdictWriterParts) {
    this.#parts = parts;
  }

  /**
   * Returns the sequence of the verdict, or undefined when another replica has said it, or something newer
   * has happened meanwhile.
   */
  async write(
    id: IncarnationId,
    state: VerdictState,
    evidence: Evidence,
    about: VerdictSubject,
  ): Promise<number | undefined> {
    const { journal, identity, observer } = this.#parts;
    const { namespace, service, instance, incarnation } = id;
    const aggregate: InstanceAggregateId = { kind: 'verdict', namespace, service, instance };
    const last = await journal.last(aggregate);
    if (!isNews(last, incarnation, about)) return undefined;
    const data: VerdictRecord = {
      namespace,
      service,
      instance,
      incarnation,
      registeredSequence: about.registeredSequence,
      state,
      evidence: { observer, ...evidence },
    };
    const by = {
      actor: observer,
      source: `/watchman/${observer}`,
      ...(evidence.detail === undefined ? {} : { reason: evidence.detail }),
    };
    try {
      const event = { ...attributesOf(identity, typeOfState[state], by), aggregate, data };
      return await journal.append(event, { expectedRevision: last?.sequence ?? 0 });
    } catch (error) {
      if (isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) return undefined;
      throw error;
    }
  }
}

/**
 * Whether there is still something to say, given the last verdict in the journal. One about an older incarnation
 * says nothing about this one (the view passes it over); one about a newer incarnation makes ours late.
 */
function isNews(last: LastEvent | undefined, incarnation: number, about: VerdictSubject): boolean {
  const said = last?.data as VerdictRecord | undefined;
  if ((said?.incarnation ?? 0) > incarnation) return false;
  const isAboutThis = (last?.sequence ?? 0) > about.registeredSequence && said?.incarnation === incarnation;
  if (!isAboutThis) return true;
  if (about.suspicion === undefined) return said.state === 'cleared';
  // The suspicion itself, or a verdict from before it: an undo suspects without a verdict of its own.
  return (last?.sequence ?? 0) <= about.suspicion;
}
