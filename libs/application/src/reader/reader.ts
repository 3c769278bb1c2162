import {
  aggregateKey,
  type InstanceView,
  limits,
  RollcallError,
  type ServiceSum,
  type ServiceView,
} from '#contracts';
import {
  addSums,
  emptySum,
  type InstancePage,
  type InstanceQuery,
  isPresent,
  runInstanceQuery,
  serviceId,
  type ServiceSlots,
  type ViewTable,
} from '#domain';
import { unknownService } from './unknown-service.js';

/** The view as a process holds it: followed, with a position and an age. */
export interface ViewSource {
  readonly table: ViewTable;
  /** Journal sequence everything held reflects. */
  readonly position: number;
  /** Time since the view was last heard of, in ms. */
  readonly staleMs: number;
  /** @throws ROLLCALL_POSITION_NOT_REACHED */
  reached(sequence: number, timeoutMs?: number): Promise<void>;
}

/** What every answer says of itself. */
export interface Freshness {
  readonly sequence: number;
  readonly staleMs: number;
}

/** One line of the list of services. */
export interface ServiceSummary {
  readonly service: string;
  /** Instances that are there, whatever their status. */
  readonly instances: number;
  /** How many of them say what: `{ up: 2, draining: 1 }`. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly versions: readonly string[];
  readonly policy?: ServiceView;
}

/** One line of the list of namespaces. */
export interface NamespaceSummary {
  readonly namespace: string;
  readonly services: number;
  readonly instances: number;
}

/** Where a question looks. */
export interface QueryPlace {
  readonly namespace: string;
  /** Absent: in every service of the namespace. */
  readonly service?: string;
  /** Also among the departed, each with its `departure`. */
  readonly all?: boolean;
}

/** Answers questions from the view in memory. Every front door asks here, so that all say the same. */
export class Reader {
  /**
   * @param source undefined until the first snapshot is there
   * @param waitMsMax how long a read waits for the sequence it demands
   */
  constructor(
    private readonly source: () => ViewSource | undefined,
    private readonly waitMsMax: number = limits.atLeastWaitMsMax,
  ) {}

  freshness(): Freshness | undefined {
    const view = this.source();
    return view === undefined ? undefined : { sequence: view.position, staleMs: wholeMs(view.staleMs) };
  }

  /**
   * Resolves when the view reflects a sequence.
   * @throws ROLLCALL_POSITION_NOT_REACHED, ROLLCALL_UNAVAILABLE
   */
  async atLeast(sequence: number | undefined): Promise<void> {
    const view = this.#view();
    if (sequence !== undefined) await view.reached(sequence, this.waitMsMax);
  }

  /** Namespaces with a service, by name. */
  namespaces(): NamespaceSummary[] {
    const found = new Map<string, { services: number; instances: number }>();
    for (const slots of this.#view().table.services()) {
      const instances = presentIn(slots).length;
      if (instances === 0 && slots.policy === undefined) continue;
      const counts = found.get(slots.namespace) ?? { services: 0, instances: 0 };
      counts.services += 1;
      counts.instances += instances;
      found.set(slots.namespace, counts);
    }
    const summaries = [...found].map(([namespace, counts]) => ({ namespace, ...counts }));
    return summaries.toSorted((left, right) => compare(left.namespace, right.namespace));
  }

  /** Services with an instance or a policy, by name. */
  services(namespace: string): ServiceSummary[] {
    const slots = [...this.#slotsIn({ namespace })];
    const summaries = slots.map(summaryOf).filter((summary) => summary !== undefined);
    return summaries.toSorted((left, right) => compare(left.service, right.service));
  }

  /** One service; undefined when it has neither instances nor a policy. */
  service(namespace: string, service: string): ServiceSummary | undefined {
    const slots = this.#view().table.service(namespace, service);
    return slots === undefined ? undefined : summaryOf(slots);
  }

  /**
   * What a question finds.
   * @throws ROLLCALL_SERVICE_UNKNOWN: an empty answer to a misspelt name would be taken for the truth
   */
  query(place: QueryPlace, query: InstanceQuery): InstancePage {
    this.#checkKnown(place);
    return runInstanceQuery(this.#viewsIn(place), query);
  }

  /**
   * Changes whenever anything that is present in a service, or in a namespace, changes; the same on every node that
   * has come as far.
   * @throws ROLLCALL_SERVICE_UNKNOWN
   */
  stamp({ namespace, service }: QueryPlace): ServiceSum {
    const { table } = this.#view();
    this.#checkKnown({ namespace, ...(service === undefined ? {} : { service }) });
    if (service !== undefined) return table.sumOf(serviceId(namespace, service));
    let sum = emptySum;
    for (const slots of this.#slotsIn({ namespace })) {
      sum = addSums(sum, table.sumOf(serviceId(namespace, slots.service)));
    }
    return sum;
  }

  /** Sequence of the newest change anywhere in a place, departures included; 0 when there was none. */
  changedAt(place: QueryPlace): number {
    let newest = 0;
    for (const { instances, policy } of this.#slotsIn(place)) {
      if (policy !== undefined) newest = Math.max(newest, policy.entry.sequence);
      for (const { entry } of instances.values()) newest = Math.max(newest, entry.sequence);
    }
    return newest;
  }

  /**
   * Instances of a service by name: those that are there, or also the departed, each with its `departure`.
   * A service nobody has heard of has none.
   */
  instances(namespace: string, service: string, options: { readonly all?: boolean } = {}): InstanceView[] {
    const slots = this.#view().table.service(namespace, service);
    return [...(slots?.instances.values() ?? [])]
      .filter(({ entry }) => isPresent(entry) || options.all === true)
      .map(({ entry }) => entry.record as InstanceView)
      .filter(({ departure }) => departure !== 'unregistered')
      .toSorted((left, right) => compare(left.instance, right.instance));
  }

  /** One instance, also a departed one; undefined when nobody has heard of it. */
  instance(namespace: string, service: string, instance: string): InstanceView | undefined {
    const slot = this.#view().table.get(aggregateKey({ kind: 'instance', namespace, service, instance }));
    const view = slot?.entry.record as InstanceView | undefined;
    return view?.departure === 'unregistered' ? undefined : view;
  }

  #checkKnown({ namespace, service }: QueryPlace): void {
    if (service === undefined) return;
    const { table } = this.#view();
    if (table.service(namespace, service) === undefined) throw unknownService(table, namespace, service);
  }

  *#slotsIn({ namespace, service }: QueryPlace): Iterable<ServiceSlots> {
    const { table } = this.#view();
    if (service === undefined) {
      for (const slots of table.services()) if (slots.namespace === namespace) yield slots;
      return;
    }
    const slots = table.service(namespace, service);
    if (slots !== undefined) yield slots;
  }

  *#viewsIn(place: QueryPlace): Iterable<InstanceView> {
    for (const { instances } of this.#slotsIn(place)) {
      for (const { entry } of instances.values()) {
        const view = entry.record as InstanceView;
        const isShown = isPresent(entry) || (place.all === true && view.departure !== 'unregistered');
        if (isShown) yield view;
      }
    }
  }

  #view(): ViewSource {
    const view = this.source();
    if (view === undefined)
      throw new RollcallError('ROLLCALL_UNAVAILABLE', 'the view has not been loaded yet');
    return view;
  }
}

function presentIn({ instances }: ServiceSlots): InstanceView[] {
  const present = [...instances.values()].filter(({ entry }) => isPresent(entry));
  return present.map(({ entry }) => entry.record as InstanceView);
}

function summaryOf(slots: ServiceSlots): ServiceSummary | undefined {
  const views = presentIn(slots);
  if (views.length === 0 && slots.policy === undefined) return undefined;
  const policy = slots.policy?.entry.record as ServiceView | undefined;
  return {
    service: slots.service,
    instances: views.length,
    statuses: countBy(views.map(({ status }) => status)),
    versions: [...new Set(views.map(({ version }) => version))].toSorted(),
    ...(policy === undefined ? {} : { policy }),
  };
}

/** Never heard is as old as a number can say. */
function wholeMs(ms: number): number {
  return Math.min(Math.round(ms), Number.MAX_SAFE_INTEGER);
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
