import type { UndoDone, UndoItem, UndoPreview, UndoSkip } from '#application';
import { plain } from './plain.js';
import { renderTable } from './table.js';

const ROWS_MAX = 20;

/** What would be undone, and what stays, for a person who has to decide. */
export function previewText({ plan, order, items, skips, resumes }: UndoPreview): string {
  const begun = resumes === undefined ? '' : `; begun at ${resumes} and not finished: it is gone on with`;
  const head = `plan ${plan}: ${things(items.length)} of "${plain(order.asked)}" to undo, ${events(skips.length)} left alone${begun}`;
  const rows = items.slice(0, ROWS_MAX).map(itemRow);
  return [
    head,
    ...(rows.length === 0 ? [] : [renderTable(['WHAT', 'EVENT', 'WHEN', 'HAPPENED', 'UNDONE BY'], rows)]),
    ...moreThan(items.length),
    ...skipLines(skips),
  ].join('\n');
}

export function doneText({ plan, items, undone, skips, sequence }: UndoDone): string {
  const head = `plan ${plan}: ${undone} of ${things(items.length)} undone, sequence ${sequence}`;
  return [head, ...skipLines(skips)].join('\n');
}

function itemRow({ subject, undoes, at, happened, becomes }: UndoItem): string[] {
  return [aboutOf(subject), undoes.map((sequence) => `#${sequence}`).join(' '), at, happened, becomes];
}

function skipLines(skips: readonly UndoSkip[]): string[] {
  if (skips.length === 0) return [];
  const rows = skips
    .slice(0, ROWS_MAX)
    .map(({ sequence, subject, why }) => [aboutOf(subject), `#${sequence}`, why]);
  return [renderTable(['LEFT ALONE', 'EVENT', 'WHY'], rows), ...moreThan(skips.length)];
}

function moreThan(count: number): string[] {
  return count > ROWS_MAX ? [`... and ${count - ROWS_MAX} more (--json has them all)`] : [];
}

/** `default.instance.orders.orders-1` as `orders/orders-1`; what is no instance says its kind. */
function aboutOf(subject: string): string {
  const [, kind = '', ...about] = subject.split('.');
  return kind === 'instance' ? about.join('/') : `${kind} ${about.join('/')}`;
}

function things(count: number): string {
  return count === 1 ? '1 thing' : `${count} things`;
}

function events(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}
