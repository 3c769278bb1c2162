import { errorText, type InstanceView, type ViewRecord } from '#contracts';
import {
  type CheckRun,
  countAnswer,
  healthCheckPlan,
  type HealthCheckPlan,
  isInstanceView,
  isPresent,
  ownerOf,
  type ViewTable,
} from '#domain';
import type { Clock } from '../ports/clock.js';
import type { HealthAnswer, HealthProbe, HealthTarget, Replicas } from '../ports/health-probe.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { EventIdentity } from '../registrar/event-factory.js';
import { isSuspect } from '../watchman/headcount.js';
import { type VerdictSubject, VerdictWriter } from '../watchman/verdict-writer.js';

export interface HealthCheckerParts {
  readonly journal: Journal;
  readonly table: ViewTable;
  readonly probe: HealthProbe;
  readonly replicas: Replicas;
  readonly clock: Clock;
  readonly identity: EventIdentity;
  /** Name of this replica, as the others know it. */
  readonly observer: string;
  readonly log: Log;
  /** A number from 0 to 1, so that checks do not fall on one moment. */
  readonly random: () => number;
}

interface Checked {
  readonly key: string;
  /** Sequence of the registration whose answers are counted: a new life begins with none. */
  registeredSequence: number;
  run: CheckRun;
  cancel: () => void;
}

const CHECKS_AT_ONCE_MAX = 64;
/** Share of the interval by which a check may come early or late. */
const JITTER_SHARE = 0.1;
/** A check that had to wait for so long is worth a word to an operator. */
const LATE_MS = 2_000;

/** Looks after instances that do not beat but say how they can be checked. Replicas share them out. */
export class HealthChecker {
  readonly #parts: HealthCheckerParts;
  readonly #writer: VerdictWriter;
  readonly #checked = new Map<string, Checked>();
  /** Checks that wait for one of those under way to end. */
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #isStopped = false;

  constructor(parts: HealthCheckerParts) {
    this.#parts = parts;
    this.#writer = new VerdictWriter(parts);
  }

  /** The view in the table must have been loaded. */
  start(): void {
    for (const { key, entry } of this.#parts.table.slots()) this.#track(key, entry.record);
  }

  stop(): void {
    this.#isStopped = true;
    for (const { cancel } of this.#checked.values()) cancel();
    this.#checked.clear();
    for (const proceed of this.#waiting.splice(0)) proceed();
  }

  /** Every change of the view is told here. */
  onChange(key: string, { record }: ViewRecord): void {
    this.#track(key, record);
  }

  #track(key: string, record: ViewRecord['record']): void {
    const wanted =
      isInstanceView(record) && record.healthCheck !== undefined && record.departure === undefined;
    const known = this.#checked.get(key);
    if (!wanted) {
      known?.cancel();
      this.#checked.delete(key);
    } else if (known === undefined && !this.#isStopped) {
      const checked: Checked = { key, registeredSequence: 0, run: 0, cancel: () => undefined };
      this.#checked.set(key, checked);
      // The first look comes soon, but not for everybody in the same moment.
      this.#schedule(checked, 1_000 * this.#parts.random());
    }
  }

  #schedule(checked: Checked, delayMs: number): void {
    checked.cancel = this.#parts.clock.after(delayMs, () => void this.#look(checked));
  }

  async #look(checked: Checked): Promise<void> {
    const view = this.#viewOf(checked);
    if (view === undefined) return;
    const plan = healthCheckPlan(view.healthCheck);
    const isMine = ownerOf(checked.key, this.#parts.replicas.names()) === this.#parts.observer;
    if (isMine) {
      await this.#turn();
      try {
        await this.#judge(checked, plan, view.registeredSequence, await this.#check(view, plan));
      } catch (error) {
        this.#parts.log.warn('could not journal a health check', {
          key: checked.key,
          error: errorText(error),
        });
      } finally {
        this.#running -= 1;
        this.#waiting.shift()?.();
      }
    }
    if (this.#isStopped || this.#checked.get(checked.key) !== checked) return;
    const jitter = 1 + JITTER_SHARE * (2 * this.#parts.random() - 1);
    this.#schedule(checked, plan.intervalMs * jitter);
  }

  /** Many that are slow to answer make the others late, and never make them go unchecked. */
  async #turn(): Promise<void> {
    const sinceMs = this.#parts.clock.monotonicMs();
    while (this.#running >= CHECKS_AT_ONCE_MAX && !this.#isStopped)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    const lateMs = Math.round(this.#parts.clock.monotonicMs() - sinceMs);
    if (lateMs > LATE_MS)
      this.#parts.log.warn('health checks are late', { lateMs, waiting: this.#waiting.length });
  }

  #check(view: InstanceView, plan: HealthCheckPlan): Promise<HealthAnswer> {
    const endpoint = view.endpoints.find(({ name }) => name === plan.endpoint);
    if (endpoint?.address === undefined || endpoint.port === undefined) {
      return Promise.resolve({
        isGood: false,
        detail: `it has no endpoint "${plan.endpoint}" with an address`,
      });
    }
    const target: HealthTarget = {
      kind: plan.kind,
      isSecure: endpoint.protocol === 'https',
      address: endpoint.address,
      port: endpoint.port,
      path: plan.path ?? '',
      timeoutMs: plan.timeoutMs,
    };
    return this.#parts.probe.check(target);
  }

  async #judge(
    checked: Checked,
    plan: HealthCheckPlan,
    registeredSequence: number,
    answer: HealthAnswer,
  ): Promise<void> {
    const view = this.#viewOf(checked);
    // It registered anew while it was being asked: the answer is about somebody who is no longer there.
    if (this.#isStopped || view?.registeredSequence !== registeredSequence) return;
    if (checked.registeredSequence !== registeredSequence)
      Object.assign(checked, { registeredSequence, run: 0 });
    const { run, verdict } = countAnswer(checked.run, answer.isGood, plan);
    checked.run = run;
    const due = dueVerdict(view, run, plan);
    if (due === undefined) return;
    const count = Math.abs(run);
    const how = due.state === 'suspected' ? 'failed' : 'passed';
    const detail = `${count} health check${count === 1 ? '' : 's'} in a row ${how}: ${answer.detail}`;
    await this.#writer.write(
      view,
      due.state,
      { signal: 'health-check', detail: detail.slice(0, 500) },
      due.about,
    );
    if (verdict !== undefined) this.#parts.log.info('health check', { key: checked.key, verdict, detail });
  }

  #viewOf({ key }: Checked): (InstanceView & Required<Pick<InstanceView, 'healthCheck'>>) | undefined {
    const entry = this.#parts.table.get(key)?.entry;
    if (entry === undefined || !isPresent(entry) || !isInstanceView(entry.record)) return undefined;
    const { healthCheck } = entry.record;
    return healthCheck === undefined ? undefined : { ...entry.record, healthCheck };
  }
}

/** A verdict is due also when another replica counted before us: what counts is what the view says. */
function dueVerdict(
  view: InstanceView,
  run: CheckRun,
  { failureThreshold, successThreshold }: HealthCheckPlan,
): { readonly state: 'suspected' | 'cleared'; readonly about: VerdictSubject } | undefined {
  const { registeredSequence, verdict } = view;
  if (!isSuspect(view))
    return run <= -failureThreshold ? { state: 'suspected', about: { registeredSequence } } : undefined;
  if (run < successThreshold || verdict?.evidence.signal !== 'health-check') return undefined;
  return { state: 'cleared', about: { registeredSequence, suspicion: verdict.sequence } };
}
