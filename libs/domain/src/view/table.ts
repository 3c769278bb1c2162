import { parseAggregateKey, type ServiceSum } from '#contracts';
import { shouldBeat, type ViewEntry } from './entry.js';
import { applicationId, serviceId, SumLedger } from './sum-ledger.js';

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
  protection?: Slot;
}

interface ApplicationNames {
  readonly namespace: string;
  readonly application: string;
}

/** The config of one application, of every kind, by view key. */
export interface ApplicationSlots extends ApplicationNames {
  readonly slots: Map<string, Slot>;
}

/**
 * The view, or the part of it that somebody asked for, in memory: one slot a key, indexed by service and by
 * application, with a running count and checksum of what is present, and of whom a heartbeat is due. A data structure
 * only: it knows no clock, network or order of arrival.
 */
export class ViewTable {
  readonly #slots = new Map<string, Slot>();
  readonly #services = new Map<string, ServiceSlots>();
  readonly #applications = new Map<string, ApplicationSlots>();
  readonly #sums = new SumLedger();
  #beatsDue = 0;

  get size(): number {
    return this.#slots.size;
  }

  get total(): ServiceSum {
    return this.#sums.total;
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

  applications(): IterableIterator<ApplicationSlots> {
    return this.#applications.values();
  }

  application(namespace: string, application: string): ApplicationSlots | undefined {
    return this.#applications.get(applicationId(namespace, application));
  }

  /** How many heartbeats must be alive. Counted as entries come and go: in a large view a look at each takes long. */
  get beatsDue(): number {
    return this.#beatsDue;
  }

  sumOf(id: string): ServiceSum {
    return this.#sums.of(id);
  }

  /** Puts an entry under a key, whatever was there. */
  put(key: string, entry: ViewEntry, bucketRevision?: number): Slot {
    const held = this.#slots.get(key);
    this.#count(key, held?.entry, entry);
    if (held !== undefined) {
      held.entry = entry;
      held.bucketRevision = bucketRevision ?? held.bucketRevision;
      return held;
    }
    const slot: Slot = { key, entry, bucketRevision: bucketRevision ?? 0 };
    this.#slots.set(key, slot);
    this.#enterIndex(slot);
    return slot;
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#count(key, slot.entry, undefined);
    this.#slots.delete(key);
    this.#leaveIndex(slot);
  }

  #count(key: string, before: ViewEntry | undefined, after: ViewEntry | undefined): void {
    this.#sums.move(key, before, after);
    this.#beatsDue += Number(shouldBeat(after)) - Number(shouldBeat(before));
  }

  #enterIndex(slot: Slot): void {
    const aggregate = parseAggregateKey(slot.key);
    if (aggregate === undefined || aggregate.kind === 'undo') return;
    if (!('service' in aggregate)) {
      this.#enterApplication(aggregate, slot);
      return;
    }
    const { namespace, service } = aggregate;
    const id = serviceId(namespace, service);
    let owner = this.#services.get(id);
    if (owner === undefined) {
      owner = { namespace, service, instances: new Map() };
      this.#services.set(id, owner);
    }
    if (aggregate.kind === 'instance') owner.instances.set(slot.key, slot);
    else if (aggregate.kind === 'service') owner.policy = slot;
    else if (aggregate.kind === 'protection') owner.protection = slot;
  }

  #enterApplication({ namespace, application }: ApplicationNames, slot: Slot): void {
    const id = applicationId(namespace, application);
    let owner = this.#applications.get(id);
    if (owner === undefined) {
      owner = { namespace, application, slots: new Map() };
      this.#applications.set(id, owner);
    }
    owner.slots.set(slot.key, slot);
  }

  #leaveIndex(slot: Slot): void {
    const aggregate = parseAggregateKey(slot.key);
    if (aggregate === undefined || aggregate.kind === 'undo') return;
    if (!('service' in aggregate)) {
      const id = applicationId(aggregate.namespace, aggregate.application);
      const slots = this.#applications.get(id)?.slots;
      slots?.delete(slot.key);
      if (slots?.size === 0) this.#applications.delete(id);
      return;
    }
    const owner = this.service(aggregate.namespace, aggregate.service);
    if (owner === undefined) return;
    owner.instances.delete(slot.key);
    if (owner.policy === slot) delete owner.policy;
    if (owner.protection === slot) delete owner.protection;
    if (owner.instances.size === 0 && owner.policy === undefined && owner.protection === undefined) {
      this.#services.delete(serviceId(owner.namespace, owner.service));
    }
  }
}
