import {
  aggregateKey,
  type ConfigReader,
  type ConfigReport,
  type ConfigReporterId,
  type InstanceView,
  limits,
  SHARED_APPLICATION,
} from '#contracts';
import { isPresent, type ViewTable } from '#domain';
import type { Clock } from '../ports/clock.js';

/** What an instance last said of the config of an application. */
export interface Reporter extends ConfigReporterId {
  readonly report: ConfigReport;
  /** When, by the clock of this process, in ms. */
  readonly heardAtMs: number;
}

/** Reporters remembered at most; a stranger may make up names. */
const REPORTERS_MAX = 200_000;

/** Who applies which config, by their own word. Held in memory only: who lives says it again. */
export class Reporters {
  readonly #byApplication = new Map<string, Map<string, Reporter>>();
  #count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly table: () => ViewTable,
  ) {}

  /** Returns what was heard before; undefined for somebody new. */
  hear(id: ConfigReporterId, report: ConfigReport): Reporter | undefined {
    const place = `${id.namespace}/${id.application}`;
    const reporters = this.#byApplication.get(place) ?? new Map<string, Reporter>();
    const before = reporters.get(id.instance);
    if (before === undefined) {
      if (this.#count >= REPORTERS_MAX) return undefined;
      this.#count += 1;
    }
    const { service = before?.report.service, incarnation = before?.report.incarnation } = report;
    const kept = {
      ...report,
      ...(service === undefined ? {} : { service }),
      ...(incarnation === undefined ? {} : { incarnation }),
    };
    reporters.set(id.instance, { ...id, report: kept, heardAtMs: this.clock.monotonicMs() });
    this.#byApplication.set(place, reporters);
    return before;
  }

  one({ namespace, application, instance }: ConfigReporterId): Reporter | undefined {
    return this.#byApplication.get(`${namespace}/${application}`)?.get(instance);
  }

  /** Those who are there and read an application's config; of `_shared`, everybody in the namespace. */
  *readersOf(namespace: string, application: string): Iterable<Reporter> {
    for (const [place, reporters] of this.#byApplication) {
      const isWanted =
        application === SHARED_APPLICATION
          ? place.startsWith(`${namespace}/`)
          : place === `${namespace}/${application}`;
      if (!isWanted) continue;
      for (const reporter of reporters.values()) {
        if (this.isHere(reporter)) yield reporter;
        else this.#forget(place, reporters, reporter);
      }
    }
  }

  /** Whether it was heard lately, and is not known to be gone. */
  isHere({ namespace, instance, report, heardAtMs }: Reporter): boolean {
    if (this.clock.monotonicMs() - heardAtMs > 3 * limits.configReportMs) return false;
    const view = this.#viewOf(namespace, instance, report);
    return view === undefined || view.departure === undefined;
  }

  /** What a match may ask of it, as far as the registry knows. */
  readerOf({ namespace, instance, report }: Reporter): ConfigReader {
    const view = this.#viewOf(namespace, instance, report);
    if (view === undefined) return { instance };
    const { version, zone, tags, metadata } = view;
    return { instance, version, tags, metadata, ...(zone === undefined ? {} : { zone }) };
  }

  #viewOf(namespace: string, instance: string, { service }: ConfigReport): InstanceView | undefined {
    if (service === undefined) return undefined;
    const entry = this.table().get(aggregateKey({ kind: 'instance', namespace, service, instance }))?.entry;
    if (entry === undefined) return undefined;
    const view = entry.record as InstanceView;
    return isPresent(entry) || view.departure !== 'unregistered' ? view : undefined;
  }

  #forget(place: string, reporters: Map<string, Reporter>, { instance }: Reporter): void {
    if (reporters.delete(instance)) this.#count -= 1;
    if (reporters.size === 0) this.#byApplication.delete(place);
  }
}

/** What a report says against one revision of a key, if anything. */
export function rejectionOf({ rejected }: ConfigReport, key: string, revision: number) {
  return rejected.find((rejection) => rejection.key === key && rejection.revision === revision);
}
