import {
  errorText,
  type Evidence,
  type IncarnationId,
  incarnationKey,
  type InstanceView,
  type ViewRecord,
} from '#contracts';
import {
  expiryStep,
  fromTime,
  isInstanceView,
  isLapsed,
  leaseTimes,
  suspectStep,
  type SuspectStep,
  toTime,
} from '#domain';
import { countService, engagedProtection, isSuspect, policyOf } from './headcount.js';
import type { Protector } from './protector.js';
import type { VerdictWriter } from './verdict-writer.js';
import type { Watch } from './watch.js';

const PROBE_EVERY_MS = 1_000;
/** Replicas that do not lead leave the leader so much time to act first. */
const STANDBY_DELAY_MS = 700;

interface Suspect {
  readonly id: IncarnationId;
  readonly suspectedAtMs: number;
  probedAtMs: number;
  probesUnanswered: number;
  isBusy: boolean;
  /** It was due to expire when it was last looked at. */
  isDue: boolean;
}

/** Everybody the view calls suspected, whoever suspected them, and what becomes of them. */
export class Suspects {
  readonly #watch: Watch;
  readonly #writer: VerdictWriter;
  readonly #protector: Protector;
  readonly #suspects = new Map<string, Suspect>();

  constructor(watch: Watch, writer: VerdictWriter, protector: Protector) {
    this.#watch = watch;
    this.#writer = writer;
    this.#protector = protector;
  }

  /** Keeps the list of suspects equal to what the view says, whoever suspected them. */
  track(record: ViewRecord['record']): void {
    if (!isInstanceView(record) || record.incarnation === 0) return;
    const key = incarnationKey(record);
    if (!isSuspect(record) || record.verdict === undefined) {
      this.#suspects.delete(key);
      if (record.departure !== undefined) this.#watch.beats.forget(record);
      return;
    }
    const suspectedAtMs = fromTime(record.verdict.at);
    if (this.#suspects.get(key)?.suspectedAtMs === suspectedAtMs) return;
    const { namespace, service, instance, incarnation } = record;
    const id = { namespace, service, instance, incarnation };
    this.#suspects.set(key, {
      id,
      suspectedAtMs,
      probedAtMs: -Infinity,
      probesUnanswered: 0,
      isBusy: false,
      isDue: false,
    });
  }

  /** A beat came at this broker time: it may clear a suspect at once. */
  onBeat(id: IncarnationId, atMs: number): void {
    const suspect = this.#suspects.get(incarnationKey(id));
    if (suspect !== undefined && atMs > suspect.suspectedAtMs) void this.#attend(suspect);
  }

  attendAll(): void {
    for (const suspect of this.#suspects.values()) void this.#attend(suspect);
  }

  /** A newer incarnation takes the place of a suspect without a word about it. */
  forgetAbsent(): void {
    for (const [key, { id }] of this.#suspects)
      if (this.#watch.viewOf(id) === undefined) this.#suspects.delete(key);
  }

  /** Takes one suspect a step further. */
  async #attend(suspect: Suspect): Promise<void> {
    const view = this.#watch.viewOf(suspect.id);
    const nowMs = this.#watch.brokerClock.nowMs();
    if (suspect.isBusy || view === undefined || nowMs === undefined) return;
    if (this.#isLeftToHealthCheck(view, nowMs)) return;
    const step = this.#stepOf(suspect, view, nowMs);
    // The moment it is due it is asked a last time; while protection holds it, as often as before.
    const isFinal = step === 'expire' && !suspect.isDue;
    suspect.isDue = step === 'expire';
    const isProbeDue = isFinal || this.#watch.parts.clock.monotonicMs() - suspect.probedAtMs > PROBE_EVERY_MS;
    if (step === 'wait' && !isProbeDue) return;
    suspect.isBusy = true;
    try {
      if (step === 'clear')
        await this.#clear(suspect, view, { signal: 'heartbeat', detail: 'it beats again' });
      else if (isProbeDue) await this.#examine(suspect, view);
    } catch (error) {
      this.#watch.parts.log.warn('could not journal a verdict', { ...suspect.id, error: errorText(error) });
      this.#watch.noteGap('the journal took no verdict');
    } finally {
      suspect.isBusy = false;
    }
  }

  /** Who beats but fails its health check is for the health check to clear; so is who never beats. */
  #isLeftToHealthCheck(view: InstanceView, nowMs: number): boolean {
    if (view.verdict?.evidence.signal !== 'health-check') return view.leaseMs === 0;
    const lastBeatMs = this.#watch.beats.last(view)?.atMs;
    return view.leaseMs === 0 || (lastBeatMs !== undefined && !isLapsed(lastBeatMs, leaseTimes(view), nowMs));
  }

  #stepOf(suspect: Suspect, view: InstanceView, nowMs: number): SuspectStep {
    const delayMs = this.#watch.parts.leadership.isLeader ? 0 : STANDBY_DELAY_MS;
    return suspectStep({
      times: leaseTimes(view),
      suspectedAtMs: suspect.suspectedAtMs,
      lastBeatAtMs: this.#watch.beats.last(suspect.id)?.atMs,
      sightSinceMs: this.#watch.sightSinceMs,
      nowMs: nowMs - delayMs,
    });
  }

  async #examine(suspect: Suspect, view: InstanceView): Promise<void> {
    suspect.probedAtMs = this.#watch.parts.clock.monotonicMs();
    const answer = await this.#watch.probe(suspect.id);
    if (this.#watch.isStopped || answer === 'blind') return;
    if (answer === 'answered') {
      await this.#clear(suspect, view, { signal: 'probe-answered', detail: 'it answered a probe' });
      return;
    }
    suspect.probesUnanswered += 1;
    const nowMs = this.#watch.brokerClock.nowMs() ?? 0;
    const slots = this.#watch.parts.table.service(view.namespace, view.service);
    // Asked again, because the probe took its time: it may have become due, or may have beaten.
    const isDue = this.#stepOf(suspect, view, nowMs) === 'expire';
    if (!isDue || slots === undefined || this.#watch.isQuietFor(view)) return;
    if (!(await this.#protector.forbids(slots, nowMs))) await this.#expire(suspect, view);
  }

  async #clear(suspect: Suspect, view: InstanceView, evidence: Evidence): Promise<void> {
    const about = { registeredSequence: view.registeredSequence, expects: 'suspected' } as const;
    if ((await this.#writer.write(suspect.id, 'cleared', evidence, about)) !== undefined)
      this.#watch.parts.onCount?.('cleared');
  }

  async #expire(suspect: Suspect, view: InstanceView): Promise<void> {
    const beat = this.#watch.beats.last(suspect.id);
    const { probesUnanswered } = suspect;
    const signal = view.verdict?.evidence.signal ?? 'sweep';
    const evidence: Evidence = {
      signal,
      detail: `suspected since ${toTime(suspect.suspectedAtMs)}, ${probesUnanswered} probes unanswered`,
      probesUnanswered,
      ...(beat === undefined ? {} : { lastHeartbeatAt: toTime(beat.atMs) }),
    };
    const about = { registeredSequence: view.registeredSequence, expects: 'suspected' } as const;
    if ((await this.#writer.write(suspect.id, 'expired', evidence, about)) !== undefined)
      this.#watch.parts.onCount?.('expired');
  }

  /** Protection that has lasted its longest time lets the dead go, a few at a time. */
  async stepProtection(nowMs: number): Promise<void> {
    try {
      for (const slots of this.#watch.parts.table.services()) {
        const engaged = engagedProtection(slots);
        if (engaged === undefined) continue;
        const sinceMs = Math.max(engaged.atMs, this.#watch.sightSinceMs);
        if (nowMs - sinceMs < policyOf(slots).maxMs) continue;
        const { standingCount, suspectCount } = countService(slots, nowMs);
        let left = expiryStep(standingCount, suspectCount);
        for (const slot of slots.instances.values()) {
          const view = this.#watch.leased(slot);
          const suspect = view === undefined ? undefined : this.#suspects.get(incarnationKey(view));
          if (left === 0) break;
          if (view === undefined || suspect === undefined || suspect.probesUnanswered < 2) continue;
          left -= 1;
          await this.#expire(suspect, view);
        }
      }
      await this.#protector.releaseWhereOver(nowMs);
    } catch (error) {
      this.#watch.parts.log.warn('could not step protection', { error: errorText(error) });
    }
  }
}
