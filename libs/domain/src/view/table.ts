import { parseAggregateKey, type ServiceSum } from '#contracts';
import { isPresent, type ViewEntry } from './entry.js';
import { addToSum, emptySum, takeFromSum } from './sum.js';

/** One key of the view in memory. */
export interface Slot {
  readonly key: string;
  entry: ViewEntry;
  /** Position of the key's message in the view bucket: what the next write of it expects. 0 if unknown. */
  bucketRevision: number;
}

/** The entries of one service, by view key. */
export interface ServiceSlots {
  readonly namespace: string;
  readonly service: string;
  readonly instances: Map<string, Slot>;
  policy?: Slot;
  sum: ServiceSum;
}

/** Name of a service across namespaces, as sums are keyed: `<namespace>/<service>`. */
export function serviceId(namespace: string, service: string): string {
  return `${namespace}/${service}`;
}

/**
 * The view, or the part of it that somebody asked for, in memory: one slot a key, indexed by service, with a
 * running count and checksum of what is present. A data structure only: it knows no clock, network or order
 * of arrival beyond "a newer sequence replaces an older one".
 */
export class ViewTable {
  readonly #slots = new Map<string, Slot>();
  readonly #services = new Map<string, ServiceSlots>();
  #total: ServiceSum = emptySum;

  get size(): number {
    return this.#slots.size;
  }

  get total(): ServiceSum {
    return this.#total;
  }

  get(key: string): Slot | undefined {
    return this.#slots.get(key);
  }

  slots(): IterableIterator<Slot> {
    return this.#slots.values();
  }

  services(): IterableIterator<ServiceSlots> {
    return this.#services.values();
  }

  service(namespace: string, service: string): ServiceSlots | undefined {
    return this.#services.get(serviceId(namespace, service));
  }

  sumOf(id: string): ServiceSum {
    return this.#services.get(id)?.sum ?? emptySum;
  }

  /** Puts an entry under a key, whatever was there. Returns the slot. */
  put(key: string, entry: ViewEntry, bucketRevision?: number): Slot {
    const held = this.#slots.get(key);
    const slot = held ?? { key, entry, bucketRevision: 0 };
    const owner = this.#ownerOf(slot);
    if (held === undefined) this.#slots.set(key, slot);
    else this.#discount(owner, slot);
    slot.entry = entry;
    if (bucketRevision !== undefined) slot.bucketRevision = bucketRevision;
    this.#count(owner, slot);
    return slot;
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    const owner = this.#ownerOf(slot);
    this.#discount(owner, slot);
    this.#slots.delete(key);
    owner?.instances.delete(key);
    if (owner?.policy === slot) delete owner.policy;
    if (owner !== undefined && owner.instances.size === 0 && owner.policy === undefined) {
      this.#services.delete(serviceId(owner.namespace, owner.service));
    }
  }

  clear(): void {
    this.#slots.clear();
    this.#services.clear();
    this.#total = emptySum;
  }

  /** The service a slot belongs to, entered into its index. */
  #ownerOf(slot: Slot): ServiceSlots | undefined {
    const aggregate = parseAggregateKey(slot.key);
    if (aggregate === undefined || !('service' in aggregate)) return undefined;
    const { namespace, service } = aggregate;
    const id = serviceId(namespace, service);
    let owner = this.#services.get(id);
    if (owner === undefined) {
      owner = { namespace, service, instances: new Map(), sum: emptySum };
      this.#services.set(id, owner);
    }
    if (aggregate.kind === 'instance') owner.instances.set(slot.key, slot);
    else if (aggregate.kind === 'service') owner.policy = slot;
    return owner;
  }

  #count(owner: ServiceSlots | undefined, { key, entry }: Slot): void {
    if (!isPresent(entry)) return;
    this.#total = addToSum(this.#total, key, entry.sequence);
    if (owner !== undefined) owner.sum = addToSum(owner.sum, key, entry.sequence);
  }

  #discount(owner: ServiceSlots | undefined, { key, entry }: Slot): void {
    if (!isPresent(entry)) return;
    this.#total = takeFromSum(this.#total, key, entry.sequence);
    if (owner !== undefined) owner.sum = takeFromSum(owner.sum, key, entry.sequence);
  }
}
