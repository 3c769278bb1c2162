import {
  type AggregateId,
  aggregateKey,
  isRollcallError,
  limits,
  type NewEvent,
  parseAggregateKey,
  type RollcallError,
} from '#contracts';
import { conflictPauseMs } from '#domain';
import { systemClock } from '../ports/clock.js';
import type { Journal, LastEvent } from '../ports/journal.js';
import { type GuardedEvent, storedAt } from '../config/append-all.js';
import { type Actor, attributesOf, type EventIdentity } from '../registrar/event-factory.js';
import type { UndoItem } from './undo-item.js';
import type { UndoPlan } from './undo-plan.js';
import type { UndoSkip } from './undo-scan.js';

/** What became of a plan. */
export interface UndoOutcome {
  readonly undone: number;
  /** What had changed since the plan was made. */
  readonly skips: readonly UndoSkip[];
}

export interface RunOptions {
  readonly identity: EventIdentity;
  readonly by: Actor;
  /** Part of the plan may be stored already. */
  readonly isResumed: boolean;
  /** After each batch. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** Answers to a batch that are about its events, or after which nobody knows whether it is stored. */
const doubtful = [
  'ROLLCALL_REVISION_CONFLICT',
  'ROLLCALL_BATCH_REFUSED',
  'ROLLCALL_NOT_ACKNOWLEDGED',
] as const;

/**
 * Stores what a plan undoes, in atomic batches. Every event is guarded by what the plan found on its subject and has an
 * id made of the plan, so that whoever runs a plan again, or beside somebody else, stores nothing twice.
 */
export class UndoRunner {
  #undone = 0;
  readonly #skips: UndoSkip[] = [];
  readonly #indexes: ReadonlyMap<UndoItem, number>;

  constructor(
    private readonly journal: Journal,
    private readonly plan: UndoPlan,
    private readonly options: RunOptions,
  ) {
    this.#indexes = new Map(plan.items.map((item, index) => [item, index]));
  }

  /** @throws what the broker says when it takes nothing; the plan can be run again then */
  async run(): Promise<UndoOutcome> {
    const { items } = this.plan;
    for (const batch of batchesOf(items)) {
      const open = this.options.isResumed ? await this.#sort(batch) : batch;
      await this.#store(open);
      this.options.onProgress?.(this.#undone + this.#skips.length, items.length);
    }
    return { undone: this.#undone, skips: this.#skips };
  }

  /** All of them at once; if one stands in the way of the others, without it, and in ever smaller parts. */
  async #store(items: readonly UndoItem[]): Promise<void> {
    let left = items;
    for (let tries = 1; left.length > 0; tries += 1) {
      const failure = await this.#append(left);
      if (failure === undefined) {
        this.#undone += left.length;
        return;
      }
      const open = await this.#sort(left);
      if (tries >= limits.registerConflictAttemptsMax && open.length === left.length) throw failure;
      if (open.length === left.length && open.length > 1 && failure.code !== 'ROLLCALL_NOT_ACKNOWLEDGED') {
        const half = Math.ceil(open.length / 2);
        await this.#store(open.slice(0, half));
        await this.#store(open.slice(half));
        return;
      }
      if (open.length === left.length) await this.#pause(tries);
      left = open;
    }
  }

  async #append(items: readonly UndoItem[]): Promise<RollcallError | undefined> {
    try {
      const events = (await Promise.all(items.map((item) => this.#eventsOf(item)))).flat();
      const [first] = events as [GuardedEvent];
      if (events.length === 1) await this.journal.append(first, first);
      else await this.journal.appendBatch(events);
      return undefined;
    } catch (error) {
      if (isRollcallError(error) && doubtful.some((code) => code === error.code)) return error;
      throw error;
    }
  }

  /** Counts what is stored already or has changed since; returns what is still to be done. */
  async #sort(items: readonly UndoItem[]): Promise<readonly UndoItem[]> {
    const lasts = await Promise.all(items.map(({ subject }) => this.journal.last(aggregateOf(subject))));
    const open: UndoItem[] = [];
    for (const [index, item] of items.entries()) {
      const last = lasts[index];
      if (last?.id === this.#idOf(item)) this.#undone += 1;
      else if ((last?.sequence ?? 0) === item.expectedRevision) open.push(item);
      else if (await this.#wasStored(item)) this.#undone += 1;
      else this.#skips.push(...item.undoes.map((sequence) => skipOf(item, sequence, last)));
    }
    return open;
  }

  /** It may have been undone by this plan, and something else been said since. */
  async #wasStored(item: UndoItem): Promise<boolean> {
    const { subject, expectedRevision } = item;
    return (
      (await storedAt(this.journal, aggregateOf(subject), this.#idOf(item), expectedRevision)) !== undefined
    );
  }

  async #eventsOf(item: UndoItem): Promise<GuardedEvent[]> {
    const { plan } = this.plan;
    const id = this.#idOf(item);
    const attributes = { causationId: item.causationId, undoes: item.undoes.join(','), plan };
    return Promise.all(
      item.events.map(async ({ type, aggregate, data }): Promise<GuardedEvent> => {
        const isOwn = aggregateKey(aggregate) === item.subject;
        const event: NewEvent = {
          ...attributesOf(this.options.identity, type, this.options.by),
          ...attributes,
          id: isOwn ? id : `${id}-${aggregate.kind}`,
          aggregate,
          data,
        };
        if (isOwn) return { ...event, expectedRevision: item.expectedRevision };
        return { ...event, expectedRevision: (await this.journal.last(aggregate))?.sequence ?? 0 };
      }),
    );
  }

  #idOf(item: UndoItem): string {
    return `undo-${this.plan.plan}-${this.#indexes.get(item) ?? 0}`;
  }

  #pause(tries: number): Promise<void> {
    return new Promise((resolve) => systemClock.after(conflictPauseMs(tries, Math.random()), resolve));
  }
}

function aggregateOf(subject: string): AggregateId {
  return parseAggregateKey(subject) as AggregateId;
}

/** Items are never parted: what returns an instance and what makes it a suspect are stored together. */
function* batchesOf(items: readonly UndoItem[]): Iterable<readonly UndoItem[]> {
  let batch: UndoItem[] = [];
  let events = 0;
  for (const item of items) {
    if (batch.length > 0 && events + item.events.length > limits.undoBatchEventsMax) {
      yield batch;
      batch = [];
      events = 0;
    }
    batch.push(item);
    events += item.events.length;
  }
  if (batch.length > 0) yield batch;
}

function skipOf({ subject }: UndoItem, sequence: number, last: LastEvent | undefined): UndoSkip {
  const by = last?.actor === undefined ? '' : ` by ${last.actor}`;
  const what =
    last === undefined
      ? 'nothing is there any more'
      : `event ${last.sequence} (${last.type ?? 'unreadable'}${by}) came after it`;
  return { sequence, subject, why: what };
}
