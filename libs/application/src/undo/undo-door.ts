import { limits, quote, RollcallError } from '#contracts';
import type { Actor } from '../registrar/event-factory.js';
import type { UndoRequest } from './undo-order.js';
import type { UndoItem } from './undo-item.js';
import type { UndoSkip } from './undo-scan.js';
import type { UndoDone, UndoPreview, UndoService } from './undo-service.js';

/** Of a plan, what a person has to see of an item. */
export type ShownUndo = Pick<UndoItem, 'subject' | 'undoes' | 'at' | 'happened' | 'becomes'>;

/** What would be undone, or was. */
export interface UndoAnswer {
  readonly plan: string;
  readonly asked: string;
  /** Journal sequence the plan was made at. */
  readonly position: number;
  readonly applied: boolean;
  /** How many things the plan undoes. */
  readonly planned: number;
  /** Of these, how many were undone. */
  readonly undone: number;
  /** Events that stay as they are. */
  readonly skipped: number;
  /** At most so many as fit into an answer. */
  readonly items: readonly ShownUndo[];
  readonly skips: readonly UndoSkip[];
  /** When it was begun before, and not finished. */
  readonly resumes?: string;
  /** Of the event that says that it is finished. */
  readonly sequence?: number;
}

/** Fields of a request to undo, beside those that say who acts. */
export const undoFields = [
  'events',
  'at',
  'types',
  'actor',
  'service',
  'instance',
  'application',
  'key',
  'apply',
  'plan',
  'resume',
] as const;

type Body = Readonly<Partial<Record<(typeof undoFields)[number], unknown>>>;

/**
 * Answers a request from outside: a preview, unless `apply` is true; `plan` demands what a preview has shown; `resume`
 * goes on with a plan. `actor` asks for what somebody did; who acts now is `by`.
 * @throws ROLLCALL_RECORD_INVALID for a field that is not what it should be, and as `UndoService`
 */
export async function undoAsked(
  service: UndoService,
  namespace: string,
  body: Body,
  by: Actor,
): Promise<UndoAnswer> {
  const resume = textIn(body, 'resume');
  if (resume !== undefined) return shownOf(await service.resume(namespace, resume, by));
  const request = requestIn(body);
  if (flagIn(body) !== true) return shownOf(await service.preview(namespace, request));
  const plan = textIn(body, 'plan');
  return shownOf(await service.apply(namespace, request, by, plan === undefined ? {} : { plan }));
}

function requestIn(body: Body): UndoRequest {
  const { events, types } = body;
  const range = Number.isSafeInteger(events) ? String(events) : textIn(body, 'events');
  const isList = Array.isArray(types) && types.every((type) => typeof type === 'string');
  if (types !== undefined && !(isList && types.length <= limits.queryTermsMax))
    throw invalid('types', types, `a list of at most ${limits.queryTermsMax} event types`);
  const named = ['at', 'actor', 'service', 'instance', 'application', 'key'] as const;
  const given = named.map((name) => [name, textIn(body, name)] as const);
  return {
    ...(range === undefined ? {} : { events: range }),
    ...(types === undefined ? {} : { types }),
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
}

function textIn(body: Body, name: keyof Body): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= limits.attributeLengthMax) return value;
  throw invalid(name, value, `a text of 1 to ${limits.attributeLengthMax} characters`);
}

function flagIn({ apply }: Body): boolean | undefined {
  if (apply === undefined || typeof apply === 'boolean') return apply;
  throw invalid('apply', apply, 'true or false');
}

function invalid(name: string, value: unknown, allowed: string): RollcallError {
  const text = `${name} is ${quote(value)}, allowed is ${allowed}`;
  return new RollcallError('ROLLCALL_RECORD_INVALID', text);
}

function shownOf(found: UndoPreview | UndoDone): UndoAnswer {
  const { plan, order, position, items, skips } = found;
  const isDone = 'sequence' in found;
  const resumes = 'resumes' in found ? found.resumes : undefined;
  return {
    plan,
    asked: order.asked,
    position,
    applied: isDone,
    planned: items.length,
    undone: isDone ? found.undone : 0,
    skipped: skips.length,
    items: items.slice(0, limits.undoShownMax).map(shownItem),
    skips: skips.slice(0, limits.undoShownMax),
    ...(resumes === undefined ? {} : { resumes }),
    ...(isDone ? { sequence: found.sequence } : {}),
  };
}

function shownItem({ subject, undoes, at, happened, becomes }: UndoItem): ShownUndo {
  return { subject, undoes, at, happened, becomes };
}
