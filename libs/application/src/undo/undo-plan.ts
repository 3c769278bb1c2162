import { createHash } from 'node:crypto';
import { aggregateKey, limits, type RegistryEvent, RollcallError } from '#contracts';
import { compensate, type Compensating, tell, toTime } from '#domain';
import type { History } from '../history/history.js';
import { eventPieces } from '../history/event-pieces.js';
import { placePatterns } from '../history/place-patterns.js';
import type { Journal } from '../ports/journal.js';
import { rehearse } from './rehearse.js';
import { isWanted, placeOf, type UndoOrder } from './undo-order.js';
import type { UndoItem } from './undo-item.js';
import { type Found, UndoScan, type UndoSkip } from './undo-scan.js';

/** What an order comes to, by the journal up to a position. The same journal gives the same plan. */
export interface UndoPlan {
  readonly namespace: string;
  /** Made of what it holds. */
  readonly plan: string;
  readonly digest: string;
  readonly order: UndoOrder;
  readonly position: number;
  readonly items: readonly UndoItem[];
  readonly skips: readonly UndoSkip[];
}

export interface PlanParts {
  readonly journal: Journal;
  readonly history: Pick<History, 'entriesAt'>;
  /** Wall clock: to know what the registry will have forgotten. */
  readonly nowMs: () => number;
}

const PLAN_NAME_LENGTH = 12;

/** @throws ROLLCALL_UNDO_TOO_LARGE, ROLLCALL_BEFORE_HISTORY, ROLLCALL_UNDO_NOT_APPLICABLE */
export async function planUndo(
  { journal, history, nowMs }: PlanParts,
  namespace: string,
  order: UndoOrder,
  position: number,
): Promise<UndoPlan> {
  const place = await placeOf(journal, namespace, order);
  const known = await history.entriesAt(order.from - 1, place);
  const isNamed = (sequence: number): boolean => sequence === order.from && order.from === order.to;
  const scan = new UndoScan(
    (key) => known.get(key),
    (event) => isWanted(order, event),
    isNamed,
  );
  const patterns = placePatterns(place);
  const scope = patterns === undefined ? {} : { patterns };
  for await (const piece of eventPieces(journal, { from: order.from, to: position, ...scope })) {
    for (const raw of piece) scan.take(raw);
    if (scan.skips.length > limits.undoItemsMax) throw tooLarge(order, 'events that cannot be undone');
  }
  const found = scan.found();
  if (found.length > limits.undoItemsMax) throw tooLarge(order, 'aggregates');
  const skips = [...scan.skips];
  const items = found.flatMap((one) => itemOf(one, skips));
  const kept = await rehearse({ history, scan, items, namespace, position, atMs: nowMs() }, skips);
  const digest = digestOf(kept);
  return {
    namespace,
    plan: digest.slice(0, PLAN_NAME_LENGTH),
    digest,
    order,
    position,
    items: kept,
    skips: skips.toSorted((left, right) => left.sequence - right.sequence),
  };
}

function itemOf({ subject, undoing, lastSequence }: Found, skips: UndoSkip[]): UndoItem[] {
  const compensation = compensate(undoing);
  if ('why' in compensation) {
    const { why } = compensation;
    skips.push(...undoing.events.map(({ sequence }) => ({ sequence, subject, why })));
    return [];
  }
  const newest = undoing.events.at(-1) as RegistryEvent;
  const undoes = undoing.events.map(({ sequence }) => sequence);
  return [
    {
      subject,
      undoes,
      causationId: newest.id,
      at: toTime(newest.atMs),
      happened: tell(newest),
      becomes: becomes(compensation),
      expectedRevision: lastSequence,
      events: compensation,
    },
  ];
}

function becomes(events: readonly Compensating[]): string {
  return tell(events.at(-1) as unknown as RegistryEvent);
}

/** Over what the plan does, not over when it was made: looked at again, it is the same as long as nothing changed. */
function digestOf(items: readonly UndoItem[]): string {
  const said = items.map(({ subject, undoes, expectedRevision, events }) => [
    subject,
    undoes,
    expectedRevision,
    events.map(({ type, aggregate, data }) => [type, aggregateKey(aggregate), data]),
  ]);
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

function tooLarge({ asked }: UndoOrder, what: string): RollcallError {
  const text = `"${asked}" is about more than ${limits.undoItemsMax} ${what}`;
  return new RollcallError('ROLLCALL_UNDO_TOO_LARGE', text);
}
