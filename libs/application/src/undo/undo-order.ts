import {
  aggregateKey,
  checkName,
  parseAggregateKey,
  quote,
  type RegistryEvent,
  RollcallError,
  type UndoOrderRecord,
} from '#contracts';
import { decidedTypes, lossTypes, parseMoment } from '#domain';
import { matchesEvent } from '../history/event-filter.js';
import { findMoment } from '../history/find-moment.js';
import { checkedPlace } from '../history/place-patterns.js';
import type { Journal } from '../ports/journal.js';
import type { HistoricPlace } from '../ports/snapshots.js';

/** What somebody wants undone. */
export interface UndoRequest {
  /** A sequence, or a range `<from>..<to>` of moments; without an end, up to now. */
  readonly events?: string;
  /** Instead of events: everything `service` lost since this moment. */
  readonly at?: string;
  readonly types?: readonly string[];
  readonly actor?: string;
  readonly service?: string;
  readonly instance?: string;
  readonly application?: string;
  readonly key?: string;
}

/** A request with its moments found: the same request in the same words is the same order. */
export type UndoOrder = Readonly<UndoOrderRecord>;

/** @throws ROLLCALL_QUERY_INVALID, ROLLCALL_NAME_INVALID, and as `findMoment` */
export async function orderOf(
  journal: Journal,
  namespace: string,
  request: UndoRequest,
  nowMs: number,
): Promise<UndoOrder> {
  const { events, at, types, actor, service, instance, application, key } = request;
  checkedPlace(placeIn(namespace, request));
  const filters = {
    ...(actor === undefined ? {} : { actor }),
    ...(service === undefined ? {} : { service }),
    ...(instance === undefined ? {} : { instance }),
    ...(application === undefined ? {} : { application }),
    ...(key === undefined ? {} : { key }),
  };
  if (at !== undefined) {
    checkName('service', service);
    const { sequence } = await findMoment(journal, at, nowMs);
    const { lastSequence } = await journal.ends();
    const lost = { from: sequence + 1, to: Math.max(sequence + 1, lastSequence), types: [...lossTypes] };
    return { asked: `${service} at ${at}`, ...lost, ...filters };
  }
  if (events === undefined) throw invalid('it is not said what to undo');
  const range = await rangeOf(journal, events, nowMs);
  return { asked: events, ...range, ...filters, ...(types === undefined ? {} : { types: [...types] }) };
}

async function rangeOf(
  journal: Journal,
  text: string,
  nowMs: number,
): Promise<{ readonly from: number; readonly to: number }> {
  const [fromText = '', toText, ...more] = text.split('..');
  if (more.length > 0 || fromText === '') throw invalid(`${quote(text)} is no sequence and no range`);
  if (toText === undefined) {
    if (!/^\d+$/.test(fromText))
      throw invalid(`${quote(text)} is no sequence; for everything since then write ${quote(`${text}..`)}`);
    const { sequence } = await findMoment(journal, fromText, nowMs);
    return { from: sequence, to: sequence };
  }
  const from = await firstFrom(journal, fromText, nowMs);
  const { lastSequence } = await journal.ends();
  const to = toText === '' ? lastSequence : (await findMoment(journal, toText, nowMs)).sequence;
  if (from <= to) return { from, to };
  throw invalid(`${quote(text)} ends (sequence ${to}) before it begins (sequence ${from})`);
}

/** Of a time, the first event since; of a sequence, itself, if it is there. */
async function firstFrom(journal: Journal, text: string, nowMs: number): Promise<number> {
  const moment = parseMoment(text, nowMs);
  if ('sequence' in moment) return (await findMoment(journal, text, nowMs)).sequence;
  const { lastSequence } = await journal.ends();
  return (await journal.firstAt(moment.time)) ?? lastSequence + 1;
}

function invalid(what: string): RollcallError {
  return new RollcallError('ROLLCALL_QUERY_INVALID', what, {
    action: 'Name a sequence such as 1204, or a range such as 1204..2703 or -15m.. (up to now).',
  });
}

/** Whether an event of the order's place is one that the order names. */
export function isWanted({ from, to, types, actor }: UndoOrder, event: RegistryEvent): boolean {
  if (event.sequence < from || event.sequence > to) return false;
  // Nobody did it then: it was said again, of an earlier time.
  if (event.carried !== undefined && from !== to) return false;
  if (types === undefined && from !== to && !decidedTypes.has(event.type)) return false;
  const filter = { ...(types === undefined ? {} : { types }), ...(actor === undefined ? {} : { actor }) };
  return matchesEvent(filter, event);
}

/** The place an order looks at. Of a single event, its own: nothing else has a say in it. */
export async function placeOf(journal: Journal, namespace: string, order: UndoOrder): Promise<HistoricPlace> {
  const place = placeIn(namespace, order);
  if (order.from !== order.to) return place;
  const raw = await journal.at(order.from);
  const aggregate = raw === undefined ? undefined : parseAggregateKey(raw.key);
  if (aggregate === undefined) return place;
  if (aggregate.namespace !== namespace) {
    const text = `event ${order.from} is about ${quote(aggregateKey(aggregate))}, not about namespace ${quote(namespace)}`;
    throw new RollcallError('ROLLCALL_UNDO_NOT_APPLICABLE', text, {
      action: `Ask for it in namespace "${aggregate.namespace}".`,
    });
  }
  if ('instance' in aggregate) return { namespace, service: aggregate.service, instance: aggregate.instance };
  if ('service' in aggregate) return { namespace, service: aggregate.service };
  return 'application' in aggregate ? { namespace, application: aggregate.application } : { namespace };
}

function placeIn(namespace: string, request: UndoRequest): HistoricPlace {
  const { service, instance, application, key } = request;
  if (instance !== undefined && service === undefined)
    throw invalid(`instance ${quote(instance)} is named without its service`);
  if (key !== undefined && application === undefined)
    throw invalid(`config key ${quote(key)} is named without its application`);
  if (service !== undefined && application !== undefined)
    throw invalid(`service ${quote(service)} and config of ${quote(application)} are two places`);
  return {
    namespace,
    ...(service === undefined ? {} : { service }),
    ...(instance === undefined ? {} : { instance }),
    ...(application === undefined ? {} : { application }),
    ...(key === undefined ? {} : { key }),
  };
}
