import { aggregateKey, type InstanceView, limits, RollcallError, type ServiceView } from '#contracts';
import { isPresent, type ViewTable } from '#domain';

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

  /** Services with an instance or a policy, by name. */
  services(namespace: string): ServiceSummary[] {
    const summaries: ServiceSummary[] = [];
    for (const slots of this.#view().table.services()) {
      if (slots.namespace !== namespace) continue;
      const present = [...slots.instances.values()].filter(({ entry }) => isPresent(entry));
      if (present.length === 0 && slots.policy === undefined) continue;
      const views = present.map(({ entry }) => entry.record as InstanceView);
      const policy = slots.policy?.entry.record;
      summaries.push({
        service: slots.service,
        instances: views.length,
        statuses: countBy(views.map(({ status }) => status)),
        versions: [...new Set(views.map(({ version }) => version))].toSorted(),
        ...(policy === undefined ? {} : { policy }),
      });
    }
    return summaries.toSorted((left, right) => compare(left.service, right.service));
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

  #view(): ViewSource {
    const view = this.source();
    if (view === undefined)
      throw new RollcallError('ROLLCALL_UNAVAILABLE', 'the view has not been loaded yet');
    return view;
  }
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
