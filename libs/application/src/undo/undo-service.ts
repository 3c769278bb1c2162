import { limits, quote, RollcallError } from '#contracts';
import { Gate } from '../history/gate.js';
import type { History } from '../history/history.js';
import type { Journal } from '../ports/journal.js';
import type { Actor, EventIdentity } from '../registrar/event-factory.js';
import { type JournaledPlan, PlanJournal } from './plan-journal.js';
import { orderOf, type UndoOrder, type UndoRequest } from './undo-order.js';
import { planUndo, type UndoPlan } from './undo-plan.js';
import { UndoRunner } from './undo-runner.js';
import type { UndoSkip } from './undo-scan.js';

export interface UndoParts {
  readonly journal: Journal;
  readonly history: Pick<History, 'entriesAt'>;
  readonly identity: EventIdentity;
  /** Wall clock: to say which moment `-15m` is, and what the registry has forgotten. */
  readonly nowMs: () => number;
}

/** What would be done. Nothing was changed. */
export interface UndoPreview extends UndoPlan {
  /** Since when the same was begun and not finished: it is gone on with. */
  readonly resumes?: string;
}

/** What was done. */
export interface UndoDone extends UndoPlan {
  readonly undone: number;
  /** Everything that was left as it is, what changed after the plan was made included. */
  readonly skips: readonly UndoSkip[];
  /** Sequence of the event that says that it is finished. */
  readonly sequence: number;
}

export interface ApplyOptions {
  /** Only if it is still this plan: what a preview showed. */
  readonly plan?: string;
  readonly onProgress?: (done: number, of: number) => void;
}

/** Takes back what happened, by further events: looks first, then does it, and goes on where it was interrupted. */
export class UndoService {
  readonly #plans: PlanJournal;
  /** Plans are large: one is made at a time. */
  readonly #gate = new Gate(1, limits.historyReadsWaitingMax);

  constructor(private readonly parts: UndoParts) {
    this.#plans = new PlanJournal(parts.journal, parts.identity);
  }

  /** @throws ROLLCALL_UNDO_NOT_APPLICABLE when one event is named and cannot be undone; as `orderOf` and `planUndo` */
  async preview(namespace: string, request: UndoRequest): Promise<UndoPreview> {
    const order = await orderOf(this.parts.journal, namespace, request, this.parts.nowMs());
    const begun = await this.#plans.unfinished(namespace, order);
    if (begun !== undefined) return { ...(await this.#again(begun)), resumes: begun.startedAt };
    const { lastSequence } = await this.parts.journal.ends();
    const plan = await this.#plan(namespace, order, lastSequence);
    if (plan.items.length === 0 && (order.from === order.to || plan.skips.length === 0)) throw nothing(plan);
    return plan;
  }

  /** @throws ROLLCALL_UNDO_NOT_APPLICABLE, ROLLCALL_UNDO_CHANGED, and as `preview` */
  async apply(
    namespace: string,
    request: UndoRequest,
    by: Actor,
    options: ApplyOptions = {},
  ): Promise<UndoDone> {
    const plan = await this.preview(namespace, request);
    if (options.plan !== undefined && options.plan !== plan.plan) {
      const text = `"${plan.order.asked}" comes to plan ${plan.plan} (${plan.items.length} things) by now, not to ${quote(options.plan)}`;
      throw new RollcallError('ROLLCALL_UNDO_CHANGED', text);
    }
    return this.carryOut(plan, by, options);
  }

  /**
   * Does what a preview has shown, and no more: what has changed since is left as it is.
   * @throws ROLLCALL_UNDO_NOT_APPLICABLE when it shows nothing to undo
   */
  async carryOut(
    plan: UndoPlan,
    by: Actor,
    { onProgress }: Pick<ApplyOptions, 'onProgress'> = {},
  ): Promise<UndoDone> {
    if (plan.items.length === 0) throw nothing(plan);
    const { journal, identity } = this.parts;
    const isResumed = await this.#plans.start(plan, by);
    const progress = onProgress === undefined ? {} : { onProgress };
    const outcome = await new UndoRunner(journal, plan, { identity, by, isResumed, ...progress }).run();
    const sequence = await this.#plans.finish(plan, outcome, by);
    return { ...plan, undone: outcome.undone, skips: [...plan.skips, ...outcome.skips], sequence };
  }

  /** Goes on with a plan that was interrupted. @throws ROLLCALL_UNDO_PLAN_UNKNOWN, ROLLCALL_UNDO_CHANGED */
  async resume(namespace: string, name: string, by: Actor, options: ApplyOptions = {}): Promise<UndoDone> {
    const begun = (await this.#plans.list(namespace)).find(({ plan }) => plan === name);
    if (begun === undefined || begun.state === 'finished') {
      const why = begun === undefined ? 'was never started' : `was finished at ${begun.finishedAt ?? ''}`;
      throw new RollcallError('ROLLCALL_UNDO_PLAN_UNKNOWN', `plan ${quote(name)} ${why}`);
    }
    return this.carryOut(await this.#again(begun), by, options);
  }

  /** The newest plans, oldest first. */
  plans(namespace: string): Promise<JournaledPlan[]> {
    return this.#plans.list(namespace);
  }

  /** The plan as it was begun. It is not kept whole: the same journal leads to the same plan. */
  async #again({ namespace, plan: name, digest, order, position }: JournaledPlan): Promise<UndoPlan> {
    const plan = await this.#plan(namespace, order, position);
    if (plan.digest === digest) return plan;
    const text = `plan ${quote(name)} cannot be made again: the journal before sequence ${position} leads to another one now`;
    throw new RollcallError('ROLLCALL_UNDO_CHANGED', text, {
      action: 'Name what is still to be undone by its sequences; what the plan has undone stays undone.',
    });
  }

  #plan(namespace: string, order: UndoOrder, position: number): Promise<UndoPlan> {
    return this.#gate.pass(() => planUndo(this.parts, namespace, order, position));
  }
}

function nothing({ order, skips }: UndoPlan): RollcallError {
  const [first] = skips;
  if (first === undefined) {
    const text = `nothing that can be undone happened in "${order.asked}"`;
    return new RollcallError('ROLLCALL_UNDO_NOT_APPLICABLE', text, {
      action:
        'Look at what happened there with "rollcall timeline"; name a type to undo what is left alone otherwise.',
    });
  }
  const more = skips.length === 1 ? '' : `; and ${skips.length - 1} more`;
  const text = `event ${first.sequence} (${first.subject}) cannot be undone: ${first.why}${more}`;
  return new RollcallError('ROLLCALL_UNDO_NOT_APPLICABLE', text, { details: { skips: skips.slice(0, 20) } });
}
