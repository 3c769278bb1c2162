import { decodeEvent, isRollcallError, limits, quote, type RegistryEvent, RollcallError } from '#contracts';
import { toTime } from '#domain';
import type { ClientPlace } from '../client/place.js';
import { checkAnchor, checkJournal } from './journal-check.js';
import { journalScope } from './journal-scope.js';
import { type HeldEvent, JournalTail } from './journal-tail.js';
import type { Projection, ProjectionBatch, ProjectionOrder, ProjectionPosition } from './order.js';
import { takeIn } from './take-in.js';

/** The journal told to somebody's own store, batch by batch, each event once. */
export class RunningProjection implements Projection {
  readonly ended: Promise<Error | undefined>;
  readonly #place: ClientPlace;
  readonly #order: ProjectionOrder;
  readonly #batchMax: number;
  readonly #tail: JournalTail;
  readonly #waiting = new Set<() => void>();
  readonly #checking: NodeJS.Timeout;
  #last: ProjectionPosition | undefined;
  /** The first position this process knew: a replaced journal cannot bring its own. */
  #anchor: ProjectionPosition | undefined;
  /** Why the store has to be emptied before anything else. */
  #replaced: Error | undefined;
  #failure: Error | undefined;
  #isClosed = false;
  #cutPause: () => void = () => undefined;

  private constructor(place: ClientPlace, order: ProjectionOrder, last: ProjectionPosition | undefined) {
    this.#place = place;
    this.#order = order;
    this.#batchMax = checkBatch(order.batch);
    this.#last = this.#anchor = last;
    this.#tail = new JournalTail({
      place,
      filterSubjects: journalScope(place, order.services),
      heldMax: 2 * this.#batchMax,
      mayRead: () => this.#mayRead(),
      onTrouble: (error) => order.onTrouble?.(error),
    });
    this.#checking = setInterval(() => void this.#look(), limits.projectionCheckMs);
    this.#checking.unref();
    this.ended = this.#run();
  }

  /** @throws what `load` throws, ROLLCALL_QUERY_INVALID, ROLLCALL_NAME_INVALID, ROLLCALL_SEQUENCE_INVALID */
  static async start(place: ClientPlace, order: ProjectionOrder): Promise<RunningProjection> {
    return new RunningProjection(place, order, checkPosition(await order.load()));
  }

  get position(): number {
    return this.#last?.sequence ?? 0;
  }

  async reached(sequence: number, timeoutMs: number = limits.atLeastWaitMsMax): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (this.position < sequence) {
      const leftMs = deadlineMs - performance.now();
      if (this.#isClosed || leftMs <= 0) {
        const text = `the projection is at sequence ${this.position}, ${sequence} was waited for`;
        throw new RollcallError('ROLLCALL_POSITION_NOT_REACHED', text, { cause: this.#failure });
      }
      await this.#moved(leftMs);
    }
  }

  async close(): Promise<void> {
    this.#stop();
    await this.ended;
  }

  #stop(failure?: Error): void {
    if (this.#isClosed) return;
    this.#failure = failure;
    this.#isClosed = true;
    clearInterval(this.#checking);
    this.#tail.close();
    this.#cutPause();
    this.#tell();
  }

  async #run(): Promise<Error | undefined> {
    try {
      await this.#tail.start(this.position + 1);
      while (!this.#isClosed) {
        const held = await this.#tail.take(this.#batchMax);
        if (this.#replaced !== undefined) await this.#startAnew(this.#replaced);
        else if (held.length > 0 && !this.#isClosed) await this.#deliver(held);
      }
    } catch (error) {
      this.#stop(error as Error);
    }
    return this.#failure;
  }

  async #deliver(held: readonly HeldEvent[]): Promise<void> {
    const batch = batchOf(held, this.#last);
    const parts = { order: this.#order, pause: this.#pause, isClosed: () => this.#isClosed };
    if (!(await takeIn(parts, batch))) return;
    this.#last = batch.position;
    this.#anchor ??= batch.position;
    this.#tell();
  }

  async #startAnew(reason: Error): Promise<void> {
    await this.#order.reset?.(reason);
    this.#replaced = this.#last = this.#anchor = undefined;
    await this.#tail.start(1);
  }

  /** A journal may be replaced without a disconnect. A broker that does not answer is asked again the next time. */
  async #look(): Promise<void> {
    await this.#mayRead().catch(() => false);
  }

  /** Whether the journal goes on behind what is in. @throws what passes, such as ROLLCALL_BROKER_UNREACHABLE */
  async #mayRead(): Promise<boolean> {
    const [last, anchor] = [this.#last, this.#anchor];
    try {
      if (anchor !== undefined && anchor !== last) await checkAnchor(this.#place, anchor);
      if (last !== undefined) await checkJournal(this.#place, last);
      return !this.#isClosed && this.#replaced === undefined;
    } catch (error) {
      const isReplaced = isRollcallError(error, 'ROLLCALL_JOURNAL_REPLACED');
      if (!isReplaced && !isRollcallError(error, 'ROLLCALL_BEFORE_HISTORY')) throw error;
      this.#leave(error, isReplaced);
      return false;
    }
  }

  #leave(reason: Error, isReplaced: boolean): void {
    if (!isReplaced || this.#order.reset === undefined) {
      this.#stop(reason);
      return;
    }
    this.#replaced = reason;
    this.#tail.halt();
  }

  readonly #pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#cutPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  #moved(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => go(), timeoutMs);
      const go = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      this.#waiting.add(go);
    });
  }

  #tell(): void {
    for (const go of this.#waiting) go();
  }
}

function batchOf(held: readonly HeldEvent[], previous: ProjectionPosition | undefined): ProjectionBatch {
  const events: RegistryEvent[] = [];
  for (const { raw } of held) {
    const decoded = decodeEvent(raw);
    if (decoded.kind === 'event') events.push(decoded.event);
  }
  const { raw, pending } = held.at(-1) as HeldEvent;
  const position = { sequence: raw.sequence, at: toTime(raw.atMs) };
  return { events, position, previous, skipped: held.length - events.length, pending };
}

function checkBatch(batch: number = limits.projectionBatchDefault): number {
  if (Number.isInteger(batch) && batch >= 1 && batch <= limits.projectionBatchMax) return batch;
  throw new RollcallError(
    'ROLLCALL_QUERY_INVALID',
    `batch is ${quote(batch)}, allowed is 1 to ${limits.projectionBatchMax} events`,
    { action: 'Correct it, or leave it out.' },
  );
}

/** What a store hands back is as much input as anything else. */
function checkPosition(position: ProjectionPosition | undefined): ProjectionPosition | undefined {
  if (position === undefined) return undefined;
  const { sequence, at } = position;
  if (Number.isSafeInteger(sequence) && sequence >= 1 && !Number.isNaN(Date.parse(at)))
    return { sequence, at };
  throw new RollcallError(
    'ROLLCALL_SEQUENCE_INVALID',
    `load gave ${quote(JSON.stringify(position))} as the position of the projection`,
    { action: 'Give back the position as it was handed to apply, or undefined to begin from zero.' },
  );
}
