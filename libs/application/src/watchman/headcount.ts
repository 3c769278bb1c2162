import type { InstanceView, ProtectionPolicy, ProtectionView } from '#contracts';
import {
  defaultProtection,
  fromTime,
  type Headcount,
  isPresent,
  routability,
  type ServiceSlots,
} from '#domain';

/** How long an expiry still counts as "at once" with the next one, in ms. */
const RECENT_MS = 30_000;

export function policyOf(slots: ServiceSlots): ProtectionPolicy {
  const policy = slots.policy?.entry.record;
  const own = policy !== undefined && 'protection' in policy ? policy.protection : undefined;
  return own ?? defaultProtection;
}

/** The protection in force for a service, or undefined. */
export function engagedProtection(
  slots: ServiceSlots,
): { readonly view: ProtectionView; readonly atMs: number } | undefined {
  const entry = slots.protection?.entry;
  const view = entry?.record as ProtectionView | undefined;
  return entry !== undefined && view?.engaged === true ? { view, atMs: fromTime(entry.at) } : undefined;
}

export function isSuspect(view: InstanceView): boolean {
  return view.status === 'suspect';
}

export interface ServiceCount extends Headcount {
  /** Those the watchman may end: not who fails a health check and beats. */
  readonly suspectCount: number;
  /** Whom callers may still be sent to besides those. */
  readonly otherRoutableCount: number;
  /** In the view, suspects included; without those that have expired. */
  readonly standingCount: number;
}

/**
 * Counts a service as the view shows it.
 * @param nowMs broker time
 * @param mayExpire whether a suspect is one that goes when nothing is heard of it
 */
export function countService(
  slots: ServiceSlots,
  nowMs: number,
  mayExpire: (suspect: InstanceView) => boolean,
): ServiceCount {
  let standingCount = 0;
  let suspectCount = 0;
  let otherRoutableCount = 0;
  let recentlyExpired = 0;
  for (const { entry } of slots.instances.values()) {
    const view = entry.record as InstanceView;
    if (isPresent(entry)) {
      standingCount += 1;
      if (isSuspect(view) && mayExpire(view)) suspectCount += 1;
      else if (routability(view) !== 'never') otherRoutableCount += 1;
    } else if (view.departure === 'expired' && nowMs - fromTime(view.verdict?.at ?? entry.at) < RECENT_MS) {
      recentlyExpired += 1;
    }
  }
  return {
    standingCount,
    suspectCount,
    otherRoutableCount,
    presentCount: standingCount + recentlyExpired,
    goingCount: suspectCount + recentlyExpired,
  };
}
