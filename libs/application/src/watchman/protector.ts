import {
  eventTypes,
  isRollcallError,
  type ProtectionRecord,
  type ServiceAggregateId,
  type ViewRecord,
} from '#contracts';
import { isMassExpiry, serviceId, type ServiceSlots } from '#domain';
import { attributesOf } from '../registrar/event-factory.js';
import { countService, engagedProtection, policyOf, type ServiceCount } from './headcount.js';
import type { Watch } from './watch.js';

type ServiceNames = Pick<ServiceSlots, 'namespace' | 'service'>;

interface EngagedService {
  readonly slots: ServiceSlots;
  /** Broker time since when. */
  readonly atMs: number;
}

/** Keeps a service from being emptied by a fault that is not its own. */
export class Protector {
  readonly #watch: Watch;
  readonly #writing = new Set<string>();
  /** Services that may be under protection. */
  readonly #engaged = new Map<string, ServiceNames>();

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** Remembers where to look for protection, so that nobody looks through all services for the few that have it. */
  track(record: ViewRecord['record']): void {
    if ('engaged' in record && record.engaged) this.#remember(record);
  }

  #remember({ namespace, service }: ServiceNames): void {
    this.#engaged.set(serviceId(namespace, service), { namespace, service });
  }

  /** The services under protection, as the view shows them now. */
  engaged(): EngagedService[] {
    const found: EngagedService[] = [];
    for (const [id, { namespace, service }] of this.#engaged) {
      const slots = this.#watch.parts.table.service(namespace, service);
      const protection = slots === undefined ? undefined : engagedProtection(slots);
      if (slots === undefined || protection === undefined) this.#engaged.delete(id);
      else found.push({ slots, atMs: protection.atMs });
    }
    return found;
  }

  count(slots: ServiceSlots, nowMs: number): ServiceCount {
    return countService(slots, nowMs, (suspect) => this.#watch.isMine(suspect));
  }

  /** Whether an instance of this service must not expire now. Engages protection when it has to. */
  async forbids(slots: ServiceSlots, nowMs: number): Promise<boolean> {
    if (engagedProtection(slots) !== undefined) {
      this.#remember(slots);
      return true;
    }
    const count = this.count(slots, nowMs);
    const policy = policyOf(slots);
    if (!isMassExpiry(count, policy)) return false;
    const detail = `${count.goingCount} of ${count.presentCount} would have gone at once, more than ${policy.sharePercent} %`;
    await this.#write(slots, count, true, detail);
    return true;
  }

  /** Ends protection that has nothing left to protect. Called now and then by the leading watchman. */
  async releaseWhereOver(nowMs: number): Promise<void> {
    for (const { slots, atMs } of this.engaged()) {
      const count = this.count(slots, nowMs);
      if (!isOver(count, nowMs - atMs > policyOf(slots).maxMs)) continue;
      const seconds = Math.round((nowMs - atMs) / 1_000);
      const left = count.suspectCount === 0 ? 'no suspects are' : 'one suspect is';
      const detail = `${left} left after ${seconds} s; ${count.standingCount} instances stand`;
      await this.#write(slots, count, false, detail);
    }
  }

  async #write(slots: ServiceSlots, count: ServiceCount, engaged: boolean, detail: string): Promise<void> {
    const { journal, identity, observer, log } = this.#watch.parts;
    const { namespace, service } = slots;
    const aggregate: ServiceAggregateId = { kind: 'protection', namespace, service };
    const key = `${namespace}/${service}`;
    if (this.#writing.has(key)) return;
    this.#writing.add(key);
    try {
      const last = await journal.last(aggregate);
      if ((last?.data as ProtectionRecord | undefined)?.engaged === engaged) return;
      const data: ProtectionRecord = {
        namespace,
        service,
        engaged,
        presentCount: count.presentCount,
        goingCount: engaged ? count.goingCount : count.suspectCount,
        sharePercent: policyOf(slots).sharePercent,
        detail,
      };
      const type = engaged ? eventTypes.protectionEngaged : eventTypes.protectionReleased;
      const by = { actor: observer, source: `/watchman/${observer}`, reason: detail };
      await journal.append(
        { ...attributesOf(identity, type, by), aggregate, data },
        { expectedRevision: last?.sequence ?? 0 },
      );
      log.warn(engaged ? 'protection engaged' : 'protection released', { namespace, service, detail });
    } catch (error) {
      if (!isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) throw error;
    } finally {
      this.#writing.delete(key);
    }
  }
}

/**
 * Nothing is left to protect: no suspects, or, once the longest time has passed and the last expiry is no longer
 * "at once" with the next, one whose death alone would not be a mass expiry.
 */
function isOver({ suspectCount, goingCount }: ServiceCount, isLongestOver: boolean): boolean {
  if (suspectCount === 0) return true;
  return isLongestOver && suspectCount === 1 && goingCount === 1;
}
