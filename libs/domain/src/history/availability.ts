import type { InstanceView, VerdictView } from '#contracts';
import { fromTime, toTime } from '../time.js';
import type { ViewEntry } from '../view/entry.js';

/**
 * What an instance was for its callers. `planned` is what somebody meant to happen (starting, draining, maintenance,
 * a good-bye, an eviction) and counts neither for it nor against it. `gone` has expired: whether that was an outage
 * only shows when it comes back. `absent` is before its first registration.
 */
export type Condition = 'available' | 'outage' | 'planned' | 'gone' | 'absent';

/**
 * A time in which an instance was out although nobody meant it to be: from the suspicion until it was back, or, when
 * it did not come back, until it was taken out of the view and no caller could meet it any more.
 */
export interface Outage {
  readonly from: string;
  /** Absent: it was not over at the end of the window. */
  readonly to?: string;
  readonly ms: number;
  /** From its last heartbeat to the suspicion, where the verdict says when that was. */
  readonly detectedAfterMs?: number;
}

export interface VersionChange {
  readonly at: string;
  readonly from: string;
  readonly to: string;
}

export interface InstanceAvailability {
  readonly service: string;
  readonly instance: string;
  readonly version: string;
  readonly availableMs: number;
  readonly outageMs: number;
  readonly plannedMs: number;
  /** Available time in percent of available time and outages together; absent when there was neither. */
  readonly uptimePercent?: number;
  readonly outages: readonly Outage[];
  /** Suspicions that turned out to be none. */
  readonly flaps: number;
  /** New incarnations after the first one in the window. */
  readonly restarts: number;
  readonly deploys: readonly VersionChange[];
}

/** What an instance is for its callers, by its entry in the view. */
export function conditionOf({ record }: ViewEntry): Condition {
  const { departure, status } = record as InstanceView;
  if (departure === 'unregistered') return 'absent';
  if (departure === 'expired') return 'gone';
  if (departure !== undefined) return 'planned';
  if (status === 'up' || status === 'overloaded') return 'available';
  return status === 'suspect' || status === 'down' ? 'outage' : 'planned';
}

/**
 * Whether an undo brought it back, and it has not shown itself since, in its grace or after it: then it has expired
 * on the evidence of the undo. Until it does, it is for its callers what it was before: nobody has found it dead, and
 * nobody alive.
 */
export function isReturning({ record }: ViewEntry): boolean {
  const { departure, status, verdict } = record as InstanceView;
  const isUnseen = departure === undefined ? status === 'suspect' : departure === 'expired';
  return isUnseen && verdict?.evidence.signal === 'undo';
}

/** The times of one instance over a window, told by its entries as they change. */
export class InstanceLedger {
  readonly #ms: Record<Condition, number> = { available: 0, outage: 0, planned: 0, gone: 0, absent: 0 };
  readonly #outages: Outage[] = [];
  readonly #deploys: VersionChange[] = [];
  #condition: Condition = 'absent';
  #sinceMs: number;
  #outageSinceMs = 0;
  #detectedAfterMs: number | undefined;
  #view: InstanceView | undefined;
  #flaps = 0;
  #restarts = 0;

  /** @param fromMs beginning of the window, broker time */
  constructor(fromMs: number) {
    this.#sinceMs = fromMs;
  }

  /** The instance became what an entry says. Entries from before the window say how it stood at its beginning. */
  become(entry: ViewEntry): void {
    const atMs = Math.max(this.#sinceMs, fromTime(entry.at));
    const view = entry.record as InstanceView;
    this.#count(view, entry.at);
    this.#turn(isReturning(entry) ? this.#conditionBefore : conditionOf(entry), atMs, view.verdict);
    this.#view = view;
  }

  /** @param toMs end of the window */
  report(toMs: number): InstanceAvailability | undefined {
    if (this.#view === undefined) return undefined;
    const ms = { ...this.#ms };
    ms[this.#condition] += Math.max(0, toMs - this.#sinceMs);
    const outages = [...this.#outages];
    if (this.#condition === 'outage') outages.push(this.#outageUntil(toMs));
    if (this.#condition === 'gone' && this.#sinceMs > this.#outageSinceMs) {
      outages.push({ ...this.#outageUntil(this.#sinceMs), to: toTime(this.#sinceMs) });
    }
    const { service, instance, version } = this.#view;
    const known = ms.available + ms.outage;
    return {
      service,
      instance,
      version,
      availableMs: ms.available,
      outageMs: ms.outage,
      plannedMs: ms.planned,
      ...(known === 0 ? {} : { uptimePercent: (100 * ms.available) / known }),
      outages,
      flaps: this.#flaps,
      restarts: this.#restarts,
      deploys: this.#deploys,
    };
  }

  /** Where the window begins with one that returns, it was gone by a good-bye as far as is known. */
  get #conditionBefore(): Condition {
    return this.#view === undefined ? 'planned' : this.#condition;
  }

  #count(view: InstanceView, at: string): void {
    const before = this.#view;
    if (before === undefined || before.departure === 'unregistered') return;
    if (view.incarnation > before.incarnation) this.#restarts += 1;
    if (view.version !== before.version) {
      this.#deploys.push({ at, from: before.version, to: view.version });
    }
    const isTakenBack = before.verdict?.state === 'suspected' && view.verdict?.state === 'cleared';
    // Who was brought back by an undo was not suspected of anything.
    if (isTakenBack && before.verdict?.evidence.signal !== 'undo') this.#flaps += 1;
  }

  #turn(condition: Condition, atMs: number, verdict: VerdictView | undefined): void {
    const before = this.#condition;
    if (before === condition) return;
    const isBack = condition === 'available' || condition === 'planned';
    // Gone, and back: it was an outage after all.
    this.#ms[before === 'gone' && isBack ? 'outage' : before] += Math.max(0, atMs - this.#sinceMs);
    this.#sinceMs = atMs;
    this.#condition = condition;
    if (isOut(before) && isBack) this.#outages.push({ ...this.#outageUntil(atMs), to: toTime(atMs) });
    if (isOut(condition) && !isOut(before)) {
      this.#outageSinceMs = atMs;
      this.#detectedAfterMs = detectedAfterMs(verdict);
    }
  }

  #outageUntil(atMs: number): Outage {
    const detected = this.#detectedAfterMs;
    return {
      from: toTime(this.#outageSinceMs),
      ms: Math.max(0, atMs - this.#outageSinceMs),
      ...(detected === undefined ? {} : { detectedAfterMs: detected }),
    };
  }
}

function isOut(condition: Condition): boolean {
  return condition === 'outage' || condition === 'gone';
}

function detectedAfterMs(verdict: VerdictView | undefined): number | undefined {
  const last = verdict?.evidence.lastHeartbeatAt;
  return verdict === undefined || last === undefined
    ? undefined
    : Math.max(0, fromTime(verdict.at) - fromTime(last));
}

/** Several instances, or one version of them, taken together. */
export interface AvailabilitySum {
  readonly instances: number;
  readonly availableMs: number;
  readonly outageMs: number;
  readonly uptimePercent?: number;
  readonly outages: number;
  readonly longestOutageMs: number;
  readonly flaps: number;
  readonly restarts: number;
  readonly deploys: number;
}

export function sumAvailability(instances: readonly InstanceAvailability[]): AvailabilitySum {
  const total = (pick: (one: InstanceAvailability) => number): number =>
    instances.reduce((sum, one) => sum + pick(one), 0);
  const availableMs = total((one) => one.availableMs);
  const outageMs = total((one) => one.outageMs);
  const known = availableMs + outageMs;
  return {
    instances: instances.length,
    availableMs,
    outageMs,
    ...(known === 0 ? {} : { uptimePercent: (100 * availableMs) / known }),
    outages: total((one) => one.outages.length),
    longestOutageMs: Math.max(0, ...instances.flatMap(({ outages }) => outages.map(({ ms }) => ms))),
    flaps: total((one) => one.flaps),
    restarts: total((one) => one.restarts),
    deploys: total((one) => one.deploys.length),
  };
}
