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

/** Tells which config an instance runs with: at once when asked, and again every `limits.configReportMs`. */
export class ConfigReporter {
  readonly #parts: ConfigReporterParts;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: ConfigReporterParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.report(), limits.configReportMs).unref();
  }

  report(): void {
    const { connection, subjects, namespace, application, facts } = this.#parts;
    const { instance, rejected, ...rest } = facts();
    if (connection.isClosed() || !isName(instance)) return;
    const report: ConfigReport = { ...rest, rejected: rejected.slice(0, limits.reportRejectionsMax) };
    connection.publish(subjects.configApplied({ namespace, application, instance }), JSON.stringify(report));
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
