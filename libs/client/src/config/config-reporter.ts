import type { NatsConnection } from '@nats-io/nats-core';
import { type ConfigRejection, type ConfigReport, isName, limits, type Subjects } from '#contracts';

/** Who reports, and what. */
interface ReportFacts {
  readonly instance: string;
  readonly service?: string;
  readonly incarnation?: number;
  readonly revision: number;
  readonly rejected: readonly ConfigRejection[];
}

export interface ConfigReporterParts {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly namespace: string;
  readonly application: string;
  readonly facts: () => ReportFacts;
}

/** Everybody hears of a change in the same moment; answers spread over this time do not fall upon the registry at once. */
const SPREAD_MS = 10;

/**
 * Tells which config an instance runs with: within `SPREAD_MS` when asked, however often it is asked meanwhile, and
 * again every `limits.configReportMs`.
 */
export class ConfigReporter {
  readonly #parts: ConfigReporterParts;
  readonly #timer: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;

  constructor(parts: ConfigReporterParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#send(), limits.configReportMs).unref();
  }

  report(): void {
    this.#soon ??= setTimeout(() => this.#send(), SPREAD_MS * Math.random());
  }

  /** What is still to be told is told. */
  close(): void {
    clearInterval(this.#timer);
    if (this.#soon !== undefined) this.#send();
  }

  #send(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const { connection, subjects, namespace, application, facts } = this.#parts;
    const { instance, rejected, ...rest } = facts();
    if (connection.isClosed() || !isName(instance)) return;
    const report: ConfigReport = { ...rest, rejected: rejected.slice(0, limits.reportRejectionsMax) };
    connection.publish(subjects.configApplied({ namespace, application, instance }), JSON.stringify(report));
  }
}
