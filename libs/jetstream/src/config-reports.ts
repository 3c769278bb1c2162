import type { NatsConnection } from '@nats-io/nats-core';
import { limits, readConfigReport, readHeartbeatBody, type Subjects } from '#contracts';
import type { Log, Rollouts } from '#application';

export interface ReportsPlace {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly log: Log;
}

/**
 * Hears what instances say of their config: at once on subjects of its own, and again in every heartbeat that says
 * something about config. Returns a function that ends it.
 */
export function hearConfigReports(
  { connection, subjects, log }: ReportsPlace,
  rollouts: Rollouts,
): () => void {
  const onError = (error: Error): void => log.warn('config reports are not heard', { error: error.message });
  const reports = connection.subscribe(subjects.configAppliedAll, {
    callback: (error, message) => {
      if (error !== null) return onError(error);
      const id = subjects.parseConfigApplied(message.subject);
      if (id === undefined || message.data.length > limits.heartbeatBytesMax) return undefined;
      const report = readConfigReport(message.string());
      if (report !== undefined) rollouts.onReport(id, report);
      return undefined;
    },
  });
  const beats = connection.subscribe(subjects.heartbeatAll, {
    callback: (error, message) => {
      if (error !== null) return onError(error);
      if (message.data.length > limits.heartbeatBytesMax) return undefined;
      const text = message.string();
      // Most beats say nothing of config, and are not taken apart.
      const id = text.includes('"config"') ? subjects.parseHeartbeat(message.subject) : undefined;
      if (id !== undefined) rollouts.onBeat(id, readHeartbeatBody(text));
      return undefined;
    },
  });
  return () => {
    reports.unsubscribe();
    beats.unsubscribe();
  };
}
