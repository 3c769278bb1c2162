import { limits } from '../limits.js';

/** A value an instance would not take: it keeps the last good one. */
export interface ConfigRejection {
  readonly key: string;
  /** The revision it would not take. */
  readonly revision: number;
  /** Why, in a sentence, without the value. */
  readonly reason: string;
}

/**
 * What an instance says of the config of one application, on `rollcall.v1.config-applied.<ns>.<application>.<instance>`:
 * at once after every change it has dealt with, and again every `limits.configReportMs`. All of it is a stranger's
 * word: it is counted and shown, and decides nothing but whether a gray release is stopped.
 */
export interface ConfigReport {
  /** The service it is an instance of, when it is registered. */
  readonly service?: string;
  readonly incarnation?: number;
  /** Every config event of the application up to this journal sequence is applied, or among the rejections. */
  readonly revision: number;
  /** Values it would not take and that still stand, the newest first. */
  readonly rejected: readonly ConfigRejection[];
}

/** A report, or undefined when it is none. What it carries is cut to the limits. */
export function readConfigReport(text: string): ConfigReport | undefined {
  const value = parse(text);
  const { revision, rejected, service, incarnation } = (value ?? {}) as Record<string, unknown>;
  if (!isSequence(revision)) return undefined;
  return {
    revision,
    rejected: readRejections(rejected),
    ...(typeof service === 'string' ? { service: service.slice(0, 63) } : {}),
    ...(isSequence(incarnation) ? { incarnation } : {}),
  };
}

/** What is no rejection is left out. */
export function readRejections(value: unknown): ConfigRejection[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, limits.reportRejectionsMax).flatMap((item: unknown): ConfigRejection[] => {
    const { key, revision, reason } = (item ?? {}) as Record<string, unknown>;
    if (typeof key !== 'string' || !isSequence(revision) || typeof reason !== 'string') return [];
    return [{ key: key.slice(0, 128), revision, reason: reason.slice(0, limits.reasonLengthMax) }];
  });
}

function isSequence(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
