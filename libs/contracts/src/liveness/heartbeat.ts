import type { ConfigRejection } from '../config/report.js';

/**
 * What a heartbeat says beside "alive". The broker's time of the message counts, never `at`. All of it is a
 * stranger's word: it is shown and matched, no rule trusts it further.
 */
export interface HeartbeatBody {
  /** The sender's own clock, RFC 3339. */
  readonly at?: string;
  /** The connection the beat came over, as the server named it: what a disconnect advisory names too. */
  readonly connection?: { readonly serverId: string; readonly clientId: number };
  /** Longest delay of the process's event loop since the beat before, in ms. */
  readonly eventLoopLagMs?: number;
  /** Journal sequence the instance's own view has come to. */
  readonly position?: number;
  readonly callsInFlight?: number;
  /** By application, the newest config revision its instance has dealt with: applied, or rejected as below. */
  readonly config?: Readonly<Record<string, number>>;
  /** Config values it would not take and that still stand, the newest first; at most `limits.reportRejectionsMax`. */
  readonly configRejected?: readonly (ConfigRejection & { readonly application: string })[];
}

/** What an instance answers when it is probed. */
export interface ProbeAnswer {
  readonly incarnation: number;
  readonly at?: string;
  readonly eventLoopLagMs?: number;
}

/** What a consumer says whose call failed, on `report.v1.<ns>.<service>.<instance>.<incarnation>`. */
export interface FailedCallReport {
  readonly reporter?: string;
  readonly detail?: string;
}

/** A heartbeat body, or an empty one: a beat whose body cannot be read is still a beat. */
export function readHeartbeatBody(text: string): HeartbeatBody {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
