import {
  assertRecord,
  decodeEvent,
  eventTypes,
  isRollcallError,
  limits,
  type UndoAggregateId,
  type UndoEvent,
  type UndoRecord,
} from '#contracts';
import { toTime } from '#domain';
import type { Journal } from '../ports/journal.js';
import { type Actor, attributesOf, type EventIdentity } from '../registrar/event-factory.js';
import type { UndoOrder } from './undo-order.js';
import type { UndoPlan } from './undo-plan.js';
import type { UndoOutcome } from './undo-runner.js';

/** A plan as the journal tells of it. */
export interface JournaledPlan extends Readonly<UndoRecord> {
  readonly startedAt: string;
  /** Absent: it was interrupted, or is under way. */
  readonly finishedAt?: string;
  readonly actor?: string;
  readonly reason?: string;
}

/** Plans are journaled before the first event they bring about, and when they have come to their end. */
export class PlanJournal {
  constructor(
    private readonly journal: Journal,
    private readonly identity: EventIdentity,
  ) {}

  /** Returns whether the plan had been started before: then part of it may be done. */
  async start(plan: UndoPlan, by: Actor): Promise<boolean> {
    if ((await this.journal.last(idOf(plan))) !== undefined) return true;
    try {
      await this.#say({ ...headOf(plan), state: 'started' }, by, { expectedRevision: 0 });
      return false;
    } catch (error) {
      if (isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) return true;
      throw error;
    }
  }

  /** Returns the sequence of the event that says so. */
  async finish(plan: UndoPlan, { undone }: Pick<UndoOutcome, 'undone'>, by: Actor): Promise<number> {
    const last = await this.journal.last(idOf(plan));
    if (last?.type === eventTypes.undoFinished) return last.sequence;
    const data: UndoRecord = {
      ...headOf(plan),
      state: 'finished',
      undone,
      skipped: plan.items.length - undone,
    };
    const expectedRevision = last?.sequence ?? 0;
    const cause = last?.id === undefined ? {} : { causationId: last.id };
    try {
      return await this.#say(data, by, { expectedRevision, ...cause });
    } catch (error) {
      if (!isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) throw error;
      return (await this.journal.last(idOf(plan)))?.sequence ?? expectedRevision;
    }
  }

  /** The newest plans of a namespace, oldest first. */
  async list(namespace: string): Promise<JournaledPlan[]> {
    const plans = new Map<string, JournaledPlan>();
    await this.journal.read({ patterns: [`${namespace}.undo.*`] }, (raw) => {
      const decoded = decodeEvent(raw);
      if (decoded.kind !== 'event') return;
      const event = decoded.event as UndoEvent;
      const { plan } = event.data;
      plans.set(plan, planOf(event, plans.get(plan)));
      for (const oldest of plans.keys()) {
        if (plans.size <= limits.undoPlansMax) break;
        plans.delete(oldest);
      }
    });
    return [...plans.values()];
  }

  /** The newest plan that was made of the same words and did not come to its end. */
  async unfinished(namespace: string, order: UndoOrder): Promise<JournaledPlan | undefined> {
    const plans = await this.list(namespace);
    return plans.findLast((plan) => plan.state === 'started' && isSameRequest(plan.order, order));
  }

  #say(
    data: UndoRecord,
    by: Actor,
    { expectedRevision, ...cause }: { readonly expectedRevision: number; readonly causationId?: string },
  ): Promise<number> {
    const type = data.state === 'started' ? eventTypes.undoStarted : eventTypes.undoFinished;
    assertRecord('undo', data);
    const attributes = { ...attributesOf(this.identity, type, by), ...cause };
    return this.journal.append({ ...attributes, aggregate: idOf(data), data }, { expectedRevision });
  }
}

function headOf(plan: UndoPlan): Omit<UndoRecord, 'state'> {
  const { namespace, digest, order, position, items } = plan;
  return { namespace, plan: plan.plan, order, position, digest, planned: items.length };
}

function planOf(
  { data, type, atMs, actor, reason }: UndoEvent,
  before: JournaledPlan | undefined,
): JournaledPlan {
  const at = toTime(atMs);
  const said = { ...(actor === undefined ? {} : { actor }), ...(reason === undefined ? {} : { reason }) };
  if (type === eventTypes.undoStarted) return { ...data, startedAt: at, ...said };
  return { ...said, ...before, ...data, startedAt: before?.startedAt ?? at, finishedAt: at };
}

/** Moments such as -15m mean another place in the journal each time they are said; what counts are the words. */
function isSameRequest(left: UndoOrder, right: UndoOrder): boolean {
  return wordsOf(left) === wordsOf(right);
}

function wordsOf({ asked, types, actor, service, instance, application, key }: UndoOrder): string {
  return JSON.stringify([asked, types, actor, service, instance, application, key]);
}

function idOf({ namespace, plan }: { readonly namespace: string; readonly plan: string }): UndoAggregateId {
  return { kind: 'undo', namespace, plan };
}
