import { parseAggregateKey, type ServiceSum } from '#contracts';
import { isPresent, type ViewEntry } from './entry.js';
import { addToSum, emptySum, takeFromSum } from './sum.js';

/** Name of a service across namespaces, as sums are keyed: `<namespace>/<service>`. */
export function serviceId(namespace: string, service: string): string {
  return `${namespace}/${service}`;
}

/** The service a view key belongs to, or undefined for keys that belong to none. */
export function serviceOfKey(key: string): string | undefined {
  const aggregate = parseAggregateKey(key);
  return aggregate !== undefined && 'service' in aggregate
    ? serviceId(aggregate.namespace, aggregate.service)
    : undefined;
}

/** Running counts and checksums of what is present, per service and in total. */
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

  /** One key changed from one entry to another. Returns the service it belongs to. */
  move(key: string, before: ViewEntry | undefined, after: ViewEntry | undefined): string | undefined {
    const id = serviceOfKey(key);
    let sum = id === undefined ? emptySum : this.of(id);
    if (before !== undefined && isPresent(before)) {
      sum = takeFromSum(sum, key, before.sequence);
      this.#total = takeFromSum(this.#total, key, before.sequence);
    }
    if (after !== undefined && isPresent(after)) {
      sum = addToSum(sum, key, after.sequence);
      this.#total = addToSum(this.#total, key, after.sequence);
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
