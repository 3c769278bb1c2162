import { parseAggregateKey, type ServiceSum } from '#contracts';
import { isPresent, type ViewEntry } from './entry.js';
import { addHash, emptySum, entryHash, takeHash } from './sum.js';

/** Name of a service across namespaces, as sums are keyed: `<namespace>/<service>`. */
export function serviceId(namespace: string, service: string): string {
  return `${namespace}/${service}`;
}

/** Name of an application's config among the sums: `<namespace>/config:<application>`. */
export function applicationId(namespace: string, application: string): string {
  return `${namespace}/config:${application}`;
}

/** Kinds that say together what an instance sees of its config. Who follows an application follows these. */
export const effectiveKinds = ['config', 'config-override', 'config-gray'] as const;

const summedKinds = new Set<string>(effectiveKinds);

/** The sum a view key belongs to: of a service, or of an application's config; undefined when it belongs to none. */
export function sumOfKey(key: string): string | undefined {
  const aggregate = parseAggregateKey(key);
  if (aggregate === undefined || aggregate.kind === 'undo') return undefined;
  if ('service' in aggregate) return serviceId(aggregate.namespace, aggregate.service);
  return summedKinds.has(aggregate.kind)
    ? applicationId(aggregate.namespace, aggregate.application)
    : undefined;
}

/** Running counts and checksums of what is present, per service, per application's config, and in total. */
export class SumLedger {
  readonly #services = new Map<string, ServiceSum>();
  #total: ServiceSum = emptySum;

  get total(): ServiceSum {
    return this.#total;
  }

  of(id: string): ServiceSum {
    return this.#services.get(id) ?? emptySum;
  }

  serviceIds(): IterableIterator<string> {
    return this.#services.keys();
  }

  /** One key changed from one entry to another. Returns the sum it belongs to. */
  move(key: string, before: ViewEntry | undefined, after: ViewEntry | undefined): string | undefined {
    const id = sumOfKey(key);
    let sum = id === undefined ? emptySum : this.of(id);
    if (before !== undefined && isPresent(before)) {
      const hash = entryHash(key, before.sequence);
      sum = takeHash(sum, hash);
      this.#total = takeHash(this.#total, hash);
    }
    if (after !== undefined && isPresent(after)) {
      const hash = entryHash(key, after.sequence);
      sum = addHash(sum, hash);
      this.#total = addHash(this.#total, hash);
    }
    if (id === undefined) return undefined;
    if (sum[0] === 0) this.#services.delete(id);
    else this.#services.set(id, sum);
    return id;
  }

  clear(): void {
    this.#services.clear();
    this.#total = emptySum;
  }
}
