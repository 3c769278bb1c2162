import { decodeEvent, parseAggregateKey, viewKeyOf } from '#contracts';
import {
  type AvailabilitySum,
  evolve,
  fromTime,
  type InstanceAvailability,
  InstanceLedger,
  sumAvailability,
  type ViewEntry,
} from '#domain';
import type { Journal } from '../ports/journal.js';
import { eventPieces } from './event-pieces.js';
import type { HistoricMoment } from './find-moment.js';

/** How available a place was in a window. */
export interface AvailabilityReport {
  readonly from: HistoricMoment;
  readonly to: HistoricMoment;
  readonly services: Readonly<Record<string, AvailabilitySum>>;
  /** By service and version, such as `orders@1.4.0`: the version an instance had at the end. */
  readonly versions: Readonly<Record<string, AvailabilitySum>>;
  readonly instances: readonly InstanceAvailability[];
}

export interface AvailabilityOrder {
  readonly from: HistoricMoment;
  readonly to: HistoricMoment;
  readonly patterns: readonly string[];
  /** What stood under every key at the beginning of the window. */
  readonly entries: Map<string, ViewEntry>;
}

/** Follows every instance of a place through a window, by the rule of the view. */
export async function availabilityOf(
  journal: Journal,
  order: AvailabilityOrder,
): Promise<AvailabilityReport> {
  const { from, to, patterns, entries } = order;
  const ledgers = new Map<string, InstanceLedger>();
  const become = (key: string, entry: ViewEntry): void => {
    if (parseAggregateKey(key)?.kind !== 'instance') return;
    let ledger = ledgers.get(key);
    if (ledger === undefined) ledgers.set(key, (ledger = new InstanceLedger(fromTime(from.at))));
    ledger.become(entry);
  };
  for (const [key, entry] of entries) become(key, entry);
  for await (const piece of eventPieces(journal, { from: from.sequence + 1, to: to.sequence, patterns })) {
    for (const raw of piece) {
      const decoded = decodeEvent(raw);
      if (decoded.kind !== 'event') continue;
      const key = viewKeyOf(decoded.event.aggregate, raw.key);
      // Only instances and their overrides and verdicts are looked at, which no other key has a say in.
      const evolved = evolve(entries.get(key), decoded.event);
      if (evolved.kind !== 'changed') continue;
      entries.set(key, evolved.entry);
      become(key, evolved.entry);
    }
  }
  const instances = [...ledgers.values()]
    .map((ledger) => ledger.report(fromTime(to.at)))
    .filter((report) => report !== undefined)
    .filter(wasThere)
    .toSorted((left, right) => compare(idOf(left), idOf(right)));
  return {
    from,
    to,
    services: sumBy(instances, ({ service }) => service),
    versions: sumBy(instances, ({ service, version }) => `${service}@${version}`),
    instances,
  };
}

/** Who left before the window, or is only spoken of, is no part of it. */
function wasThere({ availableMs, outageMs, plannedMs, restarts, outages }: InstanceAvailability): boolean {
  return availableMs + outageMs + plannedMs + restarts + outages.length > 0;
}

function sumBy(
  instances: readonly InstanceAvailability[],
  nameOf: (one: InstanceAvailability) => string,
): Record<string, AvailabilitySum> {
  const groups = new Map<string, InstanceAvailability[]>();
  for (const one of instances) groups.set(nameOf(one), [...(groups.get(nameOf(one)) ?? []), one]);
  return Object.fromEntries([...groups].map(([name, group]) => [name, sumAvailability(group)]));
}

const idOf = ({ service, instance }: InstanceAvailability): string => `${service}/${instance}`;

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
