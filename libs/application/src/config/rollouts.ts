import {
  type ConfigAggregateId,
  type ConfigReport,
  type ConfigReporterId,
  type ConfigRolloutRecord,
  type ConfigView,
  errorText,
  eventTypes,
  type HeartbeatBody,
  type IncarnationId,
  limits,
  parseAggregateKey,
  readRejections,
  SHARED_APPLICATION,
  type ViewRecord,
} from '#contracts';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { eventOf } from './aggregate-writer.js';
import { appendAll } from './append-all.js';
import type { ConfigGrays } from './config-grays.js';
import { type ConfigParts, isConflict } from './config-writer.js';
import { GrayJudge } from './gray-judge.js';
import { rejectionOf, type Reporter, Reporters } from './reporters.js';
import { configId, type KeyPlace } from './words.js';

/** How a change came to the instances. */
export interface Rollout extends KeyPlace {
  /** The newest revision of anything about the key. */
  readonly revision: number;
  /** Instances that read the application and are there. */
  readonly expected: number;
  readonly applied: number;
  readonly rejected: number;
  readonly waiting: number;
  /** From when this process saw the change to the last answer that counted, in ms; absent before any. */
  readonly durationMs?: number;
  readonly rejections: readonly { readonly instance: string; readonly reason: string }[];
  /** The first so many of those that have not answered. */
  readonly waitingFor: readonly string[];
}

/** A change under way. */
interface Underway extends KeyPlace {
  readonly revision: number;
  readonly seenAtMs: number;
  readonly waiting: Set<string>;
  expected: number;
  applied: number;
  readonly rejections: { instance: string; reason: string }[];
  lastAnswerMs: number | undefined;
  /** Ends the waiting for those who say nothing. */
  stopWaiting: () => void;
}

export interface RolloutParts extends ConfigParts {
  readonly clock: Clock;
  readonly log: Log;
}

/** Who has not answered by then is counted as silent. */
const ROLLOUT_MS = 10_000;
/** Changes remembered at most, for how long they took. */
const REMEMBERED_MAX = 10_000;

const kindsSeen = new Set<string>(['config', 'config-override', 'config-gray']);

/**
 * Counts who applied a change and who rejected it, and writes one summary a change. Every process counts for itself;
 * compare-and-set lets one of them write.
 */
export class Rollouts {
  readonly #parts: RolloutParts;
  readonly #grayJudge: GrayJudge;
  readonly #reporters: Reporters;
  readonly #underway = new Map<string, Underway>();
  /** Those that still wait for somebody: the only ones a report can be about. */
  readonly #waiting = new Set<Underway>();
  #isOver = false;

  constructor(parts: RolloutParts, grays: ConfigGrays) {
    this.#parts = parts;
    this.#reporters = new Reporters(parts.clock, () => parts.view().table);
    this.#grayJudge = new GrayJudge(parts, grays, this.#reporters);
  }

  stop(): void {
    this.#isOver = true;
    for (const underway of this.#waiting) underway.stopWaiting();
    this.#waiting.clear();
  }

  /** How the last change of a key is doing. */
  status({ namespace, application, key }: KeyPlace): Rollout {
    const revision = this.#revisionOf({ namespace, application, key });
    const seen = this.#underway.get(`${namespace}/${application}/${key}`);
    const counted = { expected: 0, applied: 0 };
    const rejections: { instance: string; reason: string }[] = [];
    const waitingFor: string[] = [];
    for (const reporter of this.#reporters.readersOf(namespace, application)) {
      counted.expected += 1;
      const rejection = rejectionOf(reporter.report, key, revision);
      if (rejection !== undefined) rejections.push({ instance: reporter.instance, reason: rejection.reason });
      else if (reporter.report.revision >= revision) counted.applied += 1;
      else waitingFor.push(reporter.instance);
    }
    return {
      namespace,
      application,
      key,
      revision,
      ...counted,
      rejected: rejections.length,
      waiting: waitingFor.length,
      ...(seen?.revision === revision && seen.lastAnswerMs !== undefined
        ? { durationMs: seen.lastAnswerMs }
        : {}),
      rejections: rejections.slice(0, limits.rolloutRejectionsMax),
      waitingFor: waitingFor.slice(0, limits.rolloutRejectionsMax),
    };
  }

  /** Something about config changed: whoever reads it is to answer. */
  onChange(viewKey: string, { record, sequence }: ViewRecord): void {
    const id = parseAggregateKey(viewKey);
    if (this.#isOver || id === undefined || !kindsSeen.has(id.kind)) return;
    const { namespace, application, key } = id as ConfigAggregateId;
    const { changeSet } = record as ConfigView;
    // Of a change set, the last key stands for all.
    if (changeSet !== undefined && changeSet.index < changeSet.count - 1) return;
    const readers = [...this.#reporters.readersOf(namespace, application)];
    if (readers.length === 0) return;
    const name = `${namespace}/${application}/${key}`;
    const underway: Underway = {
      namespace,
      application,
      key,
      revision: sequence,
      seenAtMs: this.#parts.clock.monotonicMs(),
      waiting: new Set(readers.map((reporter) => reporterName(reporter))),
      expected: readers.length,
      applied: 0,
      rejections: [],
      lastAnswerMs: undefined,
      stopWaiting: this.#parts.clock.after(ROLLOUT_MS, () => this.#finish(underway)),
    };
    this.#remember(name, underway);
    // Some may have been faster than our own view.
    for (const reporter of readers) this.#count(underway, reporter);
  }

  onReport(id: ConfigReporterId, report: ConfigReport): void {
    if (this.#isOver) return;
    this.#reporters.hear(id, report);
    const reporter = this.#reporters.one(id);
    if (reporter === undefined) return;
    for (const underway of this.#waiting) {
      if (reads(id, underway)) this.#count(underway, reporter);
    }
    for (const rejection of report.rejected) this.#grayJudge.judge(id, rejection.key);
  }

  /** A heartbeat says the same, a little later: for those whose report was lost. */
  onBeat({ namespace, service, instance, incarnation }: IncarnationId, body: HeartbeatBody): void {
    for (const [application, revision] of Object.entries(body.config ?? {})) {
      if (typeof revision !== 'number' || !Number.isSafeInteger(revision)) continue;
      const said = (body.configRejected ?? []).filter((rejection) => rejection?.application === application);
      this.onReport(
        { namespace, application, instance },
        { service, incarnation, revision, rejected: readRejections(said) },
      );
    }
  }

  #count(underway: Underway, reporter: Reporter): void {
    const name = reporterName(reporter);
    const { report, instance } = reporter;
    if (!underway.waiting.has(name) || report.revision < underway.revision) return;
    underway.waiting.delete(name);
    underway.lastAnswerMs = Math.round(this.#parts.clock.monotonicMs() - underway.seenAtMs);
    const rejection = rejectionOf(report, underway.key, underway.revision);
    if (rejection === undefined) underway.applied += 1;
    else underway.rejections.push({ instance, reason: rejection.reason });
    if (underway.waiting.size === 0) this.#finish(underway);
  }

  #finish(underway: Underway): void {
    if (this.#isOver || !this.#waiting.has(underway)) return;
    this.#forget(underway);
    this.#summarize(underway).catch((error: unknown) => {
      if (!isConflict(error)) {
        this.#parts.log.warn('the summary of a config change could not be written', {
          error: errorText(error),
        });
      }
    });
  }

  /** Nobody is waited for any more. */
  #forget(underway: Underway): void {
    this.#waiting.delete(underway);
    underway.stopWaiting();
  }

  async #summarize({ namespace, application, key, revision, ...counted }: Underway): Promise<void> {
    const { expected, applied, rejections, lastAnswerMs = ROLLOUT_MS } = counted;
    const id = configId({ namespace, application }, key, 'config-rollout');
    const data: ConfigRolloutRecord = {
      namespace,
      application,
      key,
      keyRevision: revision,
      expected,
      applied,
      rejected: rejections.length,
      durationMs: lastAnswerMs,
      rejections: rejections.slice(0, limits.rolloutRejectionsMax),
    };
    const by = { actor: 'config-service', source: '/config-service' };
    const said = { type: eventTypes.configRolloutSummarized, data };
    const last = await this.#parts.journal.last(id);
    const summarized = (last?.data as { keyRevision?: unknown } | undefined)?.keyRevision;
    // Another process was faster.
    if (typeof summarized === 'number' && summarized >= revision) return;
    await appendAll(this.#parts.journal, [
      eventOf(this.#parts, id, said, { expectedRevision: last?.sequence ?? 0, by }),
    ]);
  }

  #revisionOf({ namespace, application, key }: KeyPlace): number {
    const { table } = this.#parts.view();
    const token = key.replaceAll('.', '/');
    const sequences = [...kindsSeen].map(
      (kind) => table.get(`${namespace}.${kind}.${application}.${token}`)?.entry.sequence ?? 0,
    );
    return Math.max(...sequences);
  }

  #remember(name: string, underway: Underway): void {
    const before = this.#underway.get(name);
    if (before !== undefined) this.#forget(before);
    this.#underway.delete(name);
    this.#underway.set(name, underway);
    this.#waiting.add(underway);
    if (this.#underway.size <= REMEMBERED_MAX) return;
    for (const [oldest, underway] of this.#underway) {
      this.#forget(underway);
      this.#underway.delete(oldest);
      return;
    }
  }
}

function reporterName({ application, instance }: ConfigReporterId): string {
  return `${application}/${instance}`;
}

function reads({ namespace, application }: ConfigReporterId, change: KeyPlace): boolean {
  const isOwn = change.application === application || change.application === SHARED_APPLICATION;
  return change.namespace === namespace && isOwn;
}
