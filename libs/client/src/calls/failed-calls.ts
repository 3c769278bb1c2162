import type { NatsConnection } from '@nats-io/nats-core';
import { type FailedCallReport, type IncarnationId, incarnationKey, limits, type Subjects } from '#contracts';
import { encodeJson } from '#nats';

/** One report in so long says all about an instance; a storm of failed calls must not become a storm of probes. */
const APART_MS = 1_000;
const REMEMBERED_MAX = 4_096;

/**
 * Tells the watchman of calls that failed. It probes the instance and judges by itself: a report is a hint, and
 * cannot take anybody out.
 */
export class FailedCallReporter {
  readonly #connection: NatsConnection;
  readonly #subjects: Subjects;
  readonly #reporter: () => string;
  readonly #reportedAtMs = new Map<string, number>();

  constructor(connection: NatsConnection, subjects: Subjects, reporter: () => string) {
    this.#connection = connection;
    this.#subjects = subjects;
    this.#reporter = reporter;
  }

  /** @returns false when nothing was sent: this instance was reported a moment ago, or the broker is away */
  report(id: IncarnationId, detail?: string): boolean {
    const key = incarnationKey(id);
    const nowMs = performance.now();
    if (nowMs - (this.#reportedAtMs.get(key) ?? -Infinity) < APART_MS || this.#connection.isClosed())
      return false;
    this.#remember(key, nowMs);
    const report: FailedCallReport = {
      reporter: this.#reporter(),
      ...(detail === undefined ? {} : { detail: detail.slice(0, limits.reasonLengthMax) }),
    };
    this.#connection.publish(this.#subjects.report(id), encodeJson(report));
    return true;
  }

  /** The newest stand last, so that what is forgotten first has been reported longest ago. */
  #remember(key: string, nowMs: number): void {
    this.#reportedAtMs.delete(key);
    this.#reportedAtMs.set(key, nowMs);
    for (const oldest of this.#reportedAtMs.keys()) {
      if (this.#reportedAtMs.size <= REMEMBERED_MAX) return;
      this.#reportedAtMs.delete(oldest);
    }
  }
}
