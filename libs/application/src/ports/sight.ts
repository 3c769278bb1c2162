import type { FailedCallReport, HeartbeatBody, IncarnationId } from '#contracts';
import type { BeatHeaders } from '#domain';

/** A message on a lease subject: a beat, or the broker's word that one lapsed. */
export interface LeaseMessage {
  readonly id: IncarnationId;
  /** Broker time, ms. */
  readonly atMs: number;
  readonly headers: BeatHeaders;
  readonly body: () => HeartbeatBody;
}

/** A client's connection ended, as the server names it. */
export interface Disconnect {
  readonly serverId: string;
  readonly clientId: number;
  readonly reason: string;
}

export interface SightHandlers {
  readonly onLease: (message: LeaseMessage) => void;
  readonly onDisconnect: (disconnect: Disconnect) => void;
  readonly onReport: (id: IncarnationId, report: FailedCallReport) => void;
  /** Something may have been missed: a reconnect, a new stream leader. */
  readonly onGap: (reason: string) => void;
}

/** What a watchman sees of the instances. */
export interface Sight {
  /** Begins with the last lease message of every incarnation. */
  start(handlers: SightHandlers): Promise<void>;
  /** What time it is for the broker, ms. Rejects when it cannot be asked. */
  brokerMs(): Promise<number>;
  /** Incarnations with a beat that has not lived its life yet, by the time it reached the broker. */
  livingBeats(): Promise<ReadonlySet<string>>;
  /** How many those are: cheap, whatever their number. */
  countLivingBeats(): Promise<number>;
  /** Resolves when the broker has answered, after everything it had for us before. Rejects when it cannot be asked. */
  ping(): Promise<void>;
  close(): void;
}

/** `absent`: nobody listens, so the connection is gone. `silent`: somebody listens, and does not answer. */
export type ProbeResult = 'answered' | 'absent' | 'silent' | 'blind';

export interface Prober {
  /** Never rejects. `blind`: the question could not be asked. */
  probe(id: IncarnationId, timeoutMs: number): Promise<ProbeResult>;
}
