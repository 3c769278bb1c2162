import {
  errorText,
  type Evidence,
  heartbeatTtlMs,
  type IncarnationId,
  incarnationKey,
  type InstanceView,
  type ViewRecord,
} from '#contracts';
import { fromTime, isInstanceView, isLapsed, leaseTimes, shouldBeat } from '#domain';
import { Calendar } from './calendar.js';
import { isSuspect } from './headcount.js';
import type { Watch } from './watch.js';

/** Who could not be judged when it was due is looked at again so much later. */
const LOOK_AGAIN_MS = 2_000;
/** A beat may be on its way: a look comes a second later than the broker's own marker. */
const LOOK_SLACK_MS = 1_000;
/** After so many sweeps the living are listed, also when their number is right: strangers may have made it so. */
const COUNTED_SWEEPS_MAX = 5;

/** Finds those who should beat and do not, when no signal has told of them. */
export class Rounds {
  readonly #watch: Watch;
  readonly #raise: (view: InstanceView, evidence: Evidence) => void;
  /** When everybody is looked at next, by our own monotonic clock: the broker's may be set. */
  readonly #looks = new Calendar<IncarnationId>();
  #countedSweeps = COUNTED_SWEEPS_MAX;

  constructor(watch: Watch, raise: (view: InstanceView, evidence: Evidence) => void) {
    this.#watch = watch;
    this.#raise = raise;
  }

  /** Takes up whoever should beat from now on. */
  track(record: ViewRecord['record']): void {
    if (!isInstanceView(record) || record.leaseMs === 0 || record.departure !== undefined) return;
    this.#lookAt(record, this.#watch.parts.clock.monotonicMs() + lookAfterMs(record));
  }

  lookAtDue(nowMs: number, brokerMs: number): void {
    for (const id of this.#looks.take(nowMs)) this.#look(id, nowMs, brokerMs);
  }

  /** Suspects one who has not beaten for too long; one that never beat counts from its registration. */
  #look(id: IncarnationId, nowMs: number, brokerMs: number): void {
    const view = this.#watch.viewOf(id);
    // Who is suspected is attended to elsewhere, and tracked anew when that is over.
    if (view === undefined || view.leaseMs === 0 || isSuspect(view)) return;
    const lastMs = Math.max(this.#watch.beats.last(view)?.atMs ?? 0, fromTime(view.registeredAt));
    const leftMs = lastMs + lookAfterMs(view) - brokerMs;
    // No beat is younger than now, unless the broker's clock was put back.
    this.#lookAt(id, nowMs + (leftMs > 0 ? Math.min(leftMs, lookAfterMs(view)) : LOOK_AGAIN_MS));
    if (leftMs > 0) return;
    this.#raise(view, { signal: 'sweep', detail: 'no heartbeat is known for longer than its life span' });
  }

  #lookAt({ namespace, service, instance, incarnation }: IncarnationId, atMs: number): void {
    const id = { namespace, service, instance, incarnation };
    this.#looks.note(incarnationKey(id), id, atMs);
  }

  /** The next sweep asks for the list. */
  listNext(): void {
    this.#countedSweeps = COUNTED_SWEEPS_MAX;
  }

  /** Suspects those whose beat is known, but had lived its life by the time it reached the broker: it was sourced late. */
  async sweep(): Promise<void> {
    try {
      const { table, sight } = this.#watch.parts;
      if (await this.#countsRight(table.beatsDue)) return;
      // Who comes while the broker is asked cannot be in its answer.
      const expected = this.#expected();
      const living = await sight.livingBeats();
      const brokerMs = this.#watch.brokerClock.nowMs() ?? 0;
      for (const view of expected) {
        if (living.has(incarnationKey(view))) continue;
        if (!isLapsed(fromTime(view.registeredAt), leaseTimes(view), brokerMs)) continue;
        this.#raise(view, { signal: 'sweep', detail: 'the broker holds no living heartbeat of it' });
      }
    } catch (error) {
      this.#watch.parts.log.warn('could not sweep the heartbeats', { error: errorText(error) });
    }
  }

  /** Whoever should have a living beat. */
  #expected(): InstanceView[] {
    const expected: InstanceView[] = [];
    for (const { entry } of this.#watch.parts.table.slots())
      if (shouldBeat(entry)) expected.push(entry.record as InstanceView);
    return expected;
  }

  /** A list of 100,000 beats costs broker and registry half a second: it is asked for when it may tell something. */
  async #countsRight(expected: number): Promise<boolean> {
    const isListDue = this.#countedSweeps >= COUNTED_SWEEPS_MAX;
    const isRight = !isListDue && (await this.#watch.parts.sight.countLivingBeats()) === expected;
    this.#countedSweeps = isRight ? this.#countedSweeps + 1 : 0;
    return isRight;
  }
}

function lookAfterMs(view: InstanceView): number {
  return heartbeatTtlMs(leaseTimes(view).heartbeatMs) + LOOK_SLACK_MS;
}
