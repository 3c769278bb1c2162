import { aggregateKey, type IncarnationId, type InstanceView } from '#contracts';
import { isInstanceView, isLapsed, isPresent, isQuiet, leaseTimes, type Slot, type ViewTable } from '#domain';
import type { Clock } from '../ports/clock.js';
import type { Journal } from '../ports/journal.js';
import type { Leadership } from '../ports/leadership.js';
import type { Log } from '../ports/log.js';
import type { Prober, ProbeResult, Sight } from '../ports/sight.js';
import type { EventIdentity } from '../registrar/event-factory.js';
import { BeatBook } from './beat-book.js';
import { BrokerClock } from './broker-clock.js';
import { BrokerPulse } from './broker-pulse.js';
import { isSuspect } from './headcount.js';

export interface WatchmanParts {
  readonly journal: Journal;
  readonly table: ViewTable;
  readonly sight: Sight;
  readonly prober: Prober;
  /** Whoever leads acts at once; the others give it a moment, and act when it does not. */
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly identity: EventIdentity;
  /** Name of this replica, as the journal shows it. */
  readonly observer: string;
  readonly log: Log;
  readonly onCount?: (what: WatchmanCount) => void;
}

export type WatchmanCount = 'beat' | 'refused-beat' | 'suspected' | 'cleared' | 'expired' | 'false-alarm';

const PROBE_TIMEOUT_MS = 400;
const PROBES_AT_ONCE_MAX = 256;
/** The same gap is told again only so often. */
const TELL_AGAIN_MS = 10_000;
/** The broker's time is so much later than it should be: we slept, with our clock, or its clock was set. */
const LEAP_MS = 1_000;

/** What a watchman knows, and how good its sight is. */
export class Watch {
  readonly parts: WatchmanParts;
  readonly beats = new BeatBook();
  readonly brokerClock: BrokerClock;
  readonly pulse: BrokerPulse;
  /** Broker time since when nothing was missed; Infinity while the broker has not said what time it is. */
  sightSinceMs = Infinity;
  isStopped = false;
  #probesInFlight = 0;
  #told = { reason: '', atMs: -Infinity };

  constructor(parts: WatchmanParts) {
    this.parts = parts;
    this.brokerClock = new BrokerClock(parts.clock);
    const ping = (): Promise<void> => parts.sight.ping();
    this.pulse = new BrokerPulse(parts.clock, ping, () => this.noteGap('the broker stood still'));
  }

  /** A message with this broker time has just arrived. */
  hear(atMs: number): void {
    if (this.brokerClock.observe(atMs) > LEAP_MS) this.noteGap('the time of the broker leapt ahead');
  }

  get isProbingAtLimit(): boolean {
    return this.#probesInFlight >= PROBES_AT_ONCE_MAX;
  }

  /** Something may have been missed: every instance gets the time of a heartbeat before it is judged again. */
  noteGap(reason: string): void {
    this.#tell(reason);
    this.sightSinceMs = this.brokerClock.nowMs() ?? Infinity;
  }

  /** A journal that takes nothing makes a gap of each suspect, several times a second: one line tells it. */
  #tell(reason: string): void {
    const nowMs = this.parts.clock.monotonicMs();
    if (reason === this.#told.reason && nowMs - this.#told.atMs < TELL_AGAIN_MS) return;
    this.#told = { reason, atMs: nowMs };
    this.parts.log.info('watching anew', { reason });
  }

  /** Nobody is judged while the broker stands still, nor for a while after a gap. */
  isQuietFor(view: InstanceView): boolean {
    const nowMs = this.brokerClock.nowMs();
    if (nowMs === undefined || this.pulse.isStill) return true;
    return isQuiet({ times: leaseTimes(view), sightSinceMs: this.sightSinceMs, nowMs });
  }

  /**
   * Whether the watchman may end this suspect. Who beats but fails its health check is for the health check to clear;
   * so is who never beats.
   */
  isMine(view: InstanceView): boolean {
    if (view.leaseMs === 0) return false;
    return view.verdict?.evidence.signal !== 'health-check' || !this.isBeating(view);
  }

  /** Whether its last beat still speaks for it. */
  isBeating(view: InstanceView): boolean {
    const lastBeatMs = this.beats.last(view)?.atMs;
    const nowMs = this.brokerClock.nowMs();
    return lastBeatMs !== undefined && nowMs !== undefined && !isLapsed(lastBeatMs, leaseTimes(view), nowMs);
  }

  /** Whether anybody beats who is not suspected: then what is not heard is not for want of hearing. */
  hasWitness(): boolean {
    for (const slot of this.parts.table.slots()) {
      const view = this.leased(slot);
      if (view !== undefined && !isSuspect(view) && this.isBeating(view)) return true;
    }
    return false;
  }

  async probe(id: IncarnationId): Promise<ProbeResult> {
    this.#probesInFlight += 1;
    try {
      return await this.parts.prober.probe(id, PROBE_TIMEOUT_MS);
    } finally {
      this.#probesInFlight -= 1;
    }
  }

  /** The instance as the view shows it, when this very incarnation is present. */
  viewOf(id: IncarnationId): InstanceView | undefined {
    const { namespace, service, instance, incarnation } = id;
    const entry = this.parts.table.get(
      aggregateKey({ kind: 'instance', namespace, service, instance }),
    )?.entry;
    if (entry === undefined || !isPresent(entry) || !isInstanceView(entry.record)) return undefined;
    return entry.record.incarnation === incarnation ? entry.record : undefined;
  }

  leased(slot: Slot): InstanceView | undefined {
    const { record } = slot.entry;
    return isInstanceView(record) && record.leaseMs > 0 && isPresent(slot.entry) ? record : undefined;
  }
}
