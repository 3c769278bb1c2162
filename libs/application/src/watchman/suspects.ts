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
  isProtectionSpent,
  leaseTimes,
  type ServiceSlots,
  suspectStep,
  type SuspectStep,
  toTime,
} from '#domain';
import { isSuspect, policyOf } from './headcount.js';
import type { Protector } from './protector.js';
import type { VerdictWriter } from './verdict-writer.js';
import type { Watch } from './watch.js';

const PROBE_EVERY_MS = 1_000;
/** Replicas that do not lead leave the leader so much time to act first. */
const STANDBY_DELAY_MS = 700;

interface Suspect {
  readonly id: IncarnationId;
  /** Sequence of the verdict that suspects it. */
  readonly suspicion: number;
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
  #isStepping = false;

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
    const { sequence: suspicion, at } = record.verdict;
    if (this.#suspects.get(key)?.suspicion === suspicion) return;
    const { namespace, service, instance, incarnation } = record;
    const id = { namespace, service, instance, incarnation };
    this.#suspects.set(key, {
      id,
      suspicion,
      suspectedAtMs: fromTime(at),
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
    const view = this.#viewOf(suspect);
    const nowMs = this.#watch.brokerClock.nowMs();
    if (suspect.isBusy || view === undefined || nowMs === undefined) return;
    if (!this.#watch.isMine(view)) return;
    const step = this.#stepOf(suspect, view, nowMs);
    // The moment it is due it is asked a last time; while protection holds it, as often as before.
    const isFinal = step === 'expire' && !suspect.isDue;
    suspect.isDue = step === 'expire';
    const isProbeDue = isFinal || this.#watch.parts.clock.monotonicMs() - suspect.probedAtMs > PROBE_EVERY_MS;
    if (step === 'wait' && !isProbeDue) return;
    suspect.isBusy = true;
    try {
      if (step === 'clear')
        await this.#end(view, 'cleared', { signal: 'heartbeat', detail: 'it beats again' });
      else if (isProbeDue) await this.#examine(suspect);
    } catch (error) {
      this.#watch.parts.log.warn('could not journal a verdict', { ...suspect.id, error: errorText(error) });
      this.#watch.noteGap('the journal took no verdict');
    } finally {
      suspect.isBusy = false;
    }
  }

  /** The instance as the view shows it now, while this very suspicion stands. */
  #viewOf(suspect: Suspect): InstanceView | undefined {
    const view = this.#watch.viewOf(suspect.id);
    return view !== undefined && isSuspect(view) && view.verdict?.sequence === suspect.suspicion
      ? view
      : undefined;
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

  async #examine(suspect: Suspect): Promise<void> {
    suspect.probedAtMs = this.#watch.parts.clock.monotonicMs();
    const answer = await this.#watch.probe(suspect.id);
    // A probe takes its time: the instance may have been cleared, may have registered anew, may have beaten.
    const view = this.#viewOf(suspect);
    if (this.#watch.isStopped || answer === 'blind' || view === undefined) return;
    if (answer === 'answered') {
      await this.#end(view, 'cleared', { signal: 'probe-answered', detail: 'it answered a probe' });
      return;
    }
    suspect.probesUnanswered += 1;
    const nowMs = this.#watch.brokerClock.nowMs() ?? 0;
    const slots = this.#watch.parts.table.service(view.namespace, view.service);
    const isDue = this.#stepOf(suspect, view, nowMs) === 'expire';
    if (!isDue || slots === undefined || this.#watch.isQuietFor(view)) return;
    if (!(await this.#protector.forbids(slots, nowMs))) await this.#expire(suspect);
  }

  async #expire(suspect: Suspect): Promise<void> {
    const view = this.#viewOf(suspect);
    if (view === undefined) return;
    const beat = this.#watch.beats.last(suspect.id);
    const { probesUnanswered } = suspect;
    await this.#end(view, 'expired', {
      signal: view.verdict?.evidence.signal ?? 'sweep',
      detail: `suspected since ${toTime(suspect.suspectedAtMs)}, ${probesUnanswered} probes unanswered`,
      probesUnanswered,
      ...(beat === undefined ? {} : { lastHeartbeatAt: toTime(beat.atMs) }),
    });
  }

  /** Ends the suspicion the view shows, one way or the other. */
  async #end(view: InstanceView, state: 'cleared' | 'expired', evidence: Evidence): Promise<void> {
    const { registeredSequence, verdict } = view;
    if (verdict === undefined) return;
    const about = { registeredSequence, suspicion: verdict.sequence };
    if ((await this.#writer.write(view, state, evidence, about)) !== undefined)
      this.#watch.parts.onCount?.(state);
  }

  /** Protection that has lasted its longest time lets the dead go, a few at a time. */
  async stepProtection(nowMs: number): Promise<void> {
    // A journal that is slow must not let two steps at once through.
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      const engaged = this.#protector.engaged();
      // Nearly always nobody is protected, and then nobody needs to look for a witness.
      const isWitnessed = engaged.length > 0 && this.#watch.hasWitness();
      for (const { slots, atMs } of engaged) await this.#stepService(slots, atMs, isWitnessed, nowMs);
      await this.#protector.releaseWhereOver(nowMs);
    } catch (error) {
      this.#watch.parts.log.warn('could not step protection', { error: errorText(error) });
    } finally {
      this.#isStepping = false;
    }
  }

  async #stepService(slots: ServiceSlots, engagedAtMs: number, isWitnessed: boolean, nowMs: number) {
    const policy = policyOf(slots);
    let left = expiryStep(this.#protector.count(slots, nowMs));
    for (const slot of slots.instances.values()) {
      if (left === 0) return;
      const view = this.#watch.leased(slot);
      const suspect = view === undefined ? undefined : this.#suspects.get(incarnationKey(view));
      if (suspect?.isDue !== true || suspect.probesUnanswered < 2) continue;
      const heldSinceMs = Math.max(engagedAtMs, suspect.suspectedAtMs, this.#watch.sightSinceMs);
      if (!isProtectionSpent(policy, heldSinceMs, isWitnessed, nowMs)) continue;
      left -= 1;
      await this.#expire(suspect);
    }
  }
}
