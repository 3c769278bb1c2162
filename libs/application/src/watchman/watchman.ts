import {
  errorText,
  type Evidence,
  type FailedCallReport,
  type IncarnationId,
  incarnationKey,
  type InstanceView,
  type ViewRecord,
} from '#contracts';
import { classifyBeat, fromTime, leaseTimes, toTime, ttlRefusal } from '#domain';
import type { Disconnect, LeaseMessage } from '../ports/sight.js';
import type { BeatBook } from './beat-book.js';
import { EndedConnections } from './ended-connections.js';
import { isSuspect } from './headcount.js';
import { Protector } from './protector.js';
import { Rounds } from './rounds.js';
import { Suspects } from './suspects.js';
import { VerdictWriter } from './verdict-writer.js';
import { Watch, type WatchmanParts } from './watch.js';

const TICK_MS = 200;
const SWEEP_MS = 10_000;
const STEP_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 10_000;
/** A beat may come long before its registration is in the view: so long it is kept. */
const STRANGER_MS = 60_000;
/** A tick this much late means that this process was stopped, and saw nothing meanwhile. */
const STALL_MS = 1_000;

/**
 * Finds out who is dead. Signals raise a suspicion, a probe may dispel it at once, the grace decides. Verdicts
 * go to the journal with their evidence; of all replicas that reach one, compare-and-set lets one write it.
 */
export class Watchman {
  readonly #parts: WatchmanParts;
  readonly #watch: Watch;
  readonly #writer: VerdictWriter;
  readonly #protector: Protector;
  readonly #suspects: Suspects;
  readonly #rounds: Rounds;
  readonly #raising = new Set<string>();
  readonly #ended = new EndedConnections();
  readonly #doneAtMs = {
    tick: 0,
    sweep: -Infinity,
    step: -Infinity,
    forget: -Infinity,
  };
  #cancelTick: () => void = () => undefined;

  constructor(parts: WatchmanParts) {
    this.#parts = parts;
    this.#watch = new Watch(parts);
    this.#writer = new VerdictWriter(parts);
    this.#protector = new Protector(this.#watch);
    this.#suspects = new Suspects(this.#watch, this.#writer, this.#protector);
    this.#rounds = new Rounds(this.#watch, (view, evidence) => void this.#raise(view, evidence));
  }

  /** Last valid beats; for status displays. */
  get beats(): BeatBook {
    return this.#watch.beats;
  }

  /** The view in the table must have been loaded. */
  async start(): Promise<void> {
    const { sight, leadership, table, clock } = this.#parts;
    for (const slot of table.slots()) this.#track(slot.entry.record);
    // Where nothing has happened yet nothing tells the time, and the quiet time would begin with the first instance.
    // Before the leases: they are replayed with the times they were written at, and now would look like a leap.
    this.#watch.hear(await sight.brokerMs());
    await sight.start({
      onLease: (message) => this.#onLease(message),
      onDisconnect: (disconnect) => this.#onDisconnect(disconnect),
      onReport: (id, report) => this.#onReport(id, report),
      onGap: (reason) => this.#watch.noteGap(reason),
    });
    await leadership.start({
      onElected: () => {
        this.#doneAtMs.sweep = -Infinity;
        this.#trackStanding();
        this.#rounds.listNext();
      },
      onDeposed: () => undefined,
    });
    this.#watch.noteGap('start');
    // What changed until now was told to nobody.
    this.#trackStanding();
    this.#doneAtMs.tick = clock.monotonicMs();
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#watch.isStopped = true;
    this.#cancelTick();
    this.#parts.sight.close();
    await this.#parts.leadership.stop();
  }

  /** Every change of the view, live or found by a resync, is told here. */
  onChange(key: string, record: ViewRecord): void {
    this.#watch.hear(fromTime(record.at));
    this.#track(this.#parts.table.get(key)?.entry.record ?? record.record);
  }

  #track(record: ViewRecord['record']): void {
    this.#suspects.track(record);
    this.#rounds.track(record);
    this.#protector.track(record);
  }

  /** Whoever leads must know of every suspicion and protection, also of those whose news was lost on the way. */
  #trackStanding(): void {
    for (const { entry } of this.#parts.table.slots()) {
      this.#suspects.track(entry.record);
      this.#protector.track(entry.record);
    }
  }

  #onLease(message: LeaseMessage): void {
    const { id, atMs, headers } = message;
    this.#watch.hear(atMs);
    const kind = classifyBeat(headers);
    if (kind.kind === 'lapsed') {
      void this.#raise(id, { signal: 'heartbeat-lapsed', detail: 'no heartbeat came within its time' });
      return;
    }
    const view = this.#watch.viewOf(id);
    const ttlProblem = view === undefined ? undefined : ttlRefusal(headers.ttl, leaseTimes(view));
    const refusal = kind.kind === 'refused' ? kind.reason : ttlProblem;
    if (refusal !== undefined) {
      this.#parts.onCount?.('refused-beat');
      this.#parts.log.warn('refused a heartbeat', { ...id, reason: refusal });
      return;
    }
    this.#parts.onCount?.('beat');
    const { connection } = message.body();
    const ended = this.#ended.find(connection);
    this.#watch.beats.note({ id, atMs: Math.min(atMs, ended?.atMs ?? Infinity) }, connection);
    if (ended === undefined) this.#suspects.onBeat(id, atMs);
    else this.#lookAtOwners(ended.disconnect);
  }

  #onDisconnect(disconnect: Disconnect): void {
    this.#ended.note(disconnect, this.#watch.brokerClock.nowMs() ?? Infinity);
    this.#lookAtOwners(disconnect);
  }

  /** Who cannot be judged now, because of a gap or because too many are asked already, is looked at again. */
  #lookAtOwners(disconnect: Disconnect): void {
    const evidence: Evidence = {
      signal: 'disconnect',
      detail: `its connection ended: ${disconnect.reason}`,
    };
    let isForAll = true;
    for (const id of this.#watch.beats.ownersOf(disconnect)) {
      const view = this.#watch.viewOf(id);
      if (view === undefined || view.leaseMs === 0 || isSuspect(view)) continue;
      if (this.#mayBeSuspected(view)) void this.#raise(id, evidence);
      else isForAll = false;
    }
    this.#ended.lookAgain(disconnect, !isForAll);
  }

  #onReport(id: IncarnationId, { reporter, detail }: FailedCallReport): void {
    const text = `a call to it failed${detail === undefined ? '' : `: ${detail}`}`.slice(0, 400);
    void this.#raise(id, {
      signal: 'call-failed',
      detail: text,
      ...(reporter === undefined ? {} : { observer: reporter.slice(0, 200) }),
    });
  }

  /** Looks at a signal: a probe first, and the journal only when nothing answers. */
  async #raise(id: IncarnationId, evidence: Evidence): Promise<void> {
    const key = incarnationKey(id);
    const view = this.#watch.viewOf(id);
    if (view === undefined || this.#raising.has(key) || !this.#mayBeSuspected(view)) return;
    this.#raising.add(key);
    const raisedAtMs = this.#watch.brokerClock.nowMs() ?? Infinity;
    try {
      if (!this.#parts.leadership.isLeader) await this.#sleep(20 + 40 * this.#fraction(key));
      const answer = await this.#watch.probe(id);
      if (answer === 'answered') this.#parts.onCount?.('false-alarm');
      else if (answer !== 'blind' && !this.#watch.isStopped && this.#isStillSilent(view, raisedAtMs))
        await this.#suspect(view, evidence);
    } catch (error) {
      this.#parts.log.warn('could not journal a suspicion', { ...id, error: errorText(error) });
      this.#watch.noteGap('the journal took no verdict');
    } finally {
      this.#raising.delete(key);
    }
  }

  /** A probe takes its time: it may have beaten or registered anew, and our own sight may have been interrupted. */
  #isStillSilent(view: InstanceView, sinceMs: number): boolean {
    const now = this.#watch.viewOf(view);
    if (now === undefined || isSuspect(now) || now.registeredSequence !== view.registeredSequence)
      return false;
    return !this.#watch.isQuietFor(now) && (this.#watch.beats.last(view)?.atMs ?? 0) <= sinceMs;
  }

  #mayBeSuspected(view: InstanceView): boolean {
    return (
      view.leaseMs > 0 && !isSuspect(view) && !this.#watch.isQuietFor(view) && !this.#watch.isProbingAtLimit
    );
  }

  async #suspect(view: InstanceView, evidence: Evidence): Promise<void> {
    const beat = this.#watch.beats.last(view);
    const lastBeat = beat === undefined ? {} : { lastHeartbeatAt: toTime(beat.atMs) };
    const { registeredSequence } = view;
    const found = { ...evidence, probesUnanswered: 1, ...lastBeat };
    const sequence = await this.#writer.write(view, 'suspected', found, { registeredSequence });
    if (sequence !== undefined) this.#parts.onCount?.('suspected');
  }

  #tick(): void {
    this.#cancelTick = this.#parts.clock.after(TICK_MS, () => {
      if (this.#watch.isStopped) return;
      const nowMs = this.#parts.clock.monotonicMs();
      if (nowMs - this.#doneAtMs.tick > TICK_MS + STALL_MS) this.#watch.noteGap('this process stood still');
      this.#doneAtMs.tick = nowMs;
      this.#watch.pulse.feel();
      this.#tick();
      this.#work(nowMs);
    });
  }

  #work(nowMs: number): void {
    const brokerMs = this.#watch.brokerClock.nowMs();
    if (brokerMs === undefined) return;
    // Also when the broker's clock went back: what was seen since then was not seen in the future.
    if (this.#watch.sightSinceMs > brokerMs) this.#watch.sightSinceMs = brokerMs;
    this.#suspects.attendAll();
    for (const disconnect of this.#ended.toLookAt()) this.#lookAtOwners(disconnect);
    this.#rounds.lookAtDue(nowMs, brokerMs);
    if (this.#isDue('forget', FORGET_EVERY_MS, nowMs)) this.#forgetAbsent(brokerMs);
    if (!this.#parts.leadership.isLeader) return;
    if (this.#isDue('sweep', SWEEP_MS, nowMs)) void this.#rounds.sweep();
    if (this.#isDue('step', STEP_EVERY_MS, nowMs)) void this.#suspects.stepProtection(brokerMs);
  }

  #isDue(what: 'sweep' | 'step' | 'forget', everyMs: number, nowMs: number): boolean {
    if (nowMs - this.#doneAtMs[what] < everyMs) return false;
    this.#doneAtMs[what] = nowMs;
    return true;
  }

  #forgetAbsent(brokerMs: number): void {
    this.#suspects.forgetAbsent();
    this.#watch.beats.forgetAbsent(brokerMs - STRANGER_MS, (id) => this.#watch.viewOf(id) !== undefined);
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(delayMs, resolve));
  }

  /** A number between 0 and 1 that differs between replicas, so that they do not all act in the same moment. */
  #fraction(key: string): number {
    let sum = 0;
    for (const character of this.#parts.observer + key) sum = (sum * 31 + character.charCodeAt(0)) % 997;
    return sum / 997;
  }
}
