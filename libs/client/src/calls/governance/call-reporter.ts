import type { NatsConnection } from '@nats-io/nats-core';
import { limits, type Subjects } from '#contracts';
import type { CallReport, CallSummary } from '#domain';
import { encodeJson } from '#nats';

export interface CallReporterParts {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly namespace: string;
  /** Service and instance this process is registered as. */
  readonly caller: () => { readonly service: string; readonly instance: string } | undefined;
  /** What was counted since this was last asked. */
  readonly take: () => Readonly<Record<string, CallSummary>>;
}

/**
 * Tells the registry now and then whom this process called, how often and how well: a summary outside the journal,
 * which may be lost. A process that is not registered has no name to tell it under, and keeps it to itself.
 */
export class CallReporter {
  readonly #parts: CallReporterParts;
  readonly #timer: NodeJS.Timeout;
  #sinceMs = performance.now();

  constructor(parts: CallReporterParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.report(), limits.callReportMs).unref();
  }

  report(): void {
    const { connection, subjects, namespace, caller, take } = this.#parts;
    const who = caller();
    const nowMs = performance.now();
    const windowMs = Math.round(nowMs - this.#sinceMs);
    this.#sinceMs = nowMs;
    const callees = Object.fromEntries(Object.entries(take()).slice(0, limits.calleesMax));
    if (who === undefined || Object.keys(callees).length === 0 || connection.isClosed()) return;
    const report: CallReport = { windowMs, callees };
    connection.publish(subjects.calls({ namespace, ...who }), encodeJson(report));
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
