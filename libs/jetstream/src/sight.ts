import type { JetStreamManager, JsMsg } from '@nats-io/jetstream';
import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import {
  type FailedCallReport,
  incarnationKey,
  limits,
  readHeartbeatBody,
  type StreamNames,
  type Subjects,
} from '#contracts';
import type { Disconnect, Log, Sight, SightHandlers } from '#application';
import { fromTime } from '#domain';
import {
  brokerError,
  headerBlock,
  headerIn,
  lastOnAny,
  openReader,
  type OpenedReader,
  watchConnection,
  watchForStall,
} from '#nats';

export interface SightOptions {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly subjects: Subjects;
  readonly streams: StreamNames;
  readonly domain?: string;
  readonly log: Log;
  /** A connection of the system account, for disconnect advisories. Without one, beats and probes must do. */
  readonly systemConnection?: NatsConnection;
}

/** What the broker shows of the instances: leases, connections that end, consumers' reports. */
export class JetStreamSight implements Sight {
  readonly #options: SightOptions;
  #handlers: SightHandlers | undefined;
  #reader: OpenedReader | undefined;
  #subscriptions: Subscription[] = [];
  #stopWatching: () => void = () => undefined;
  /** Of the lease that was heard last. */
  #seen = 0;
  #isClosed = false;

  constructor(options: SightOptions) {
    this.#options = options;
  }

  async start(handlers: SightHandlers): Promise<void> {
    const { connection, systemConnection, subjects, streams } = this.#options;
    this.#handlers = handlers;
    // Without a leader of the first no heartbeat is taken, without one of the second none arrives.
    const elections = [streams.heartbeats, streams.leases].map((stream) => {
      const callback = (): void => handlers.onGap(`the stream ${stream} has a new leader`);
      return connection.subscribe(`$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.${stream}`, { callback });
    });
    this.#subscriptions = [
      ...elections,
      connection.subscribe(subjects.reportAll, {
        callback: (error, message) => void (error ?? this.#onReport(message)),
      }),
    ];
    if (systemConnection !== undefined) {
      const callback = (error: Error | null, message: Msg): void => void (error ?? this.#onAdvisory(message));
      this.#subscriptions.push(systemConnection.subscribe('$SYS.ACCOUNT.*.DISCONNECT', { callback }));
    }
    const stops = [
      watchConnection(connection, { onReconnect: () => void this.#reopen('the connection was interrupted') }),
      watchForStall({
        seen: () => this.#seen,
        there: () => this.#lastLease(),
        onStall: () => void this.#reopen('the reader of the leases heard nothing'),
      }),
    ];
    this.#stopWatching = () => {
      for (const stop of stops) stop();
    };
    await this.#open();
  }

  async brokerMs(): Promise<number> {
    const { manager, streams } = this.#options;
    try {
      const { ts } = await manager.streams.info(streams.leases);
      // Every server that is new enough for us says it.
      return fromTime(ts as string);
    } catch (error) {
      throw brokerError(error, 'asking the broker for the time');
    }
  }

  async livingBeats(): Promise<ReadonlySet<string>> {
    const { manager, streams, subjects } = this.#options;
    try {
      const { state } = await manager.streams.info(streams.heartbeats, {
        subjects_filter: subjects.heartbeatAll,
      });
      const living = new Set<string>();
      for (const subject of Object.keys(state.subjects ?? {})) {
        const id = subjects.parseHeartbeat(subject);
        if (id !== undefined) living.add(incarnationKey(id));
      }
      return living;
    } catch (error) {
      throw brokerError(error, 'listing the living heartbeats');
    }
  }

  async countLivingBeats(): Promise<number> {
    const { manager, streams } = this.#options;
    try {
      return (await manager.streams.info(streams.heartbeats)).state.num_subjects ?? 0;
    } catch (error) {
      throw brokerError(error, 'counting the living heartbeats');
    }
  }

  ping(): Promise<void> {
    return this.#options.connection.flush();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWatching();
    this.#reader?.close();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  /** From the last message of each subject: after a crash the stream may have gone back, so no sequence is kept. */
  async #open(): Promise<void> {
    const { connection, streams, domain } = this.#options;
    const order = {
      stream: streams.leases,
      from: 'last-per-subject' as const,
      ...(domain === undefined ? {} : { domain }),
    };
    this.#seen = 0;
    const opened = await openReader(connection, order, (message) => this.#onMessage(message));
    this.#reader?.close();
    this.#reader = opened;
    if (this.#isClosed) opened.close();
  }

  async #lastLease(): Promise<number> {
    const { manager, streams, subjects } = this.#options;
    return (await lastOnAny(manager, streams.leases, [subjects.heartbeatAll]))?.sequence ?? 0;
  }

  async #reopen(reason: string): Promise<void> {
    if (this.#isClosed) return;
    this.#handlers?.onGap(reason);
    try {
      await this.#open();
      this.#handlers?.onGap('the leases are read again');
    } catch (error) {
      this.#options.log.warn('could not read the leases', { error: (error as Error).message });
      setTimeout(() => void this.#reopen(reason), 200);
    }
  }

  #onMessage(message: JsMsg): void {
    this.#seen = message.seq;
    const id = this.#options.subjects.parseHeartbeat(message.subject);
    if (id === undefined || message.data.length > limits.heartbeatBytesMax) return;
    const block = headerBlock(message);
    const header = (name: string): string | undefined => headerIn(block, name);
    this.#handlers?.onLease({
      id,
      atMs: Math.floor(message.info.timestampNanos / 1e6),
      headers: {
        ttl: header('Nats-TTL'),
        markerReason: header('Nats-Marker-Reason'),
        streamSource: header('Nats-Stream-Source'),
        foreign: header('KV-Operation') ?? header('Nats-Rollup'),
      },
      body: () => readHeartbeatBody(message.string()),
    });
  }

  #onReport(message: Msg): void {
    const id = this.#options.subjects.parseReport(message.subject);
    if (id === undefined || message.data.length > limits.heartbeatBytesMax) return;
    this.#handlers?.onReport(id, reportOf(message));
  }

  #onAdvisory(message: Msg): void {
    const disconnect = disconnectOf(message);
    if (disconnect !== undefined) this.#handlers?.onDisconnect(disconnect);
  }
}

function reportOf(message: Msg): FailedCallReport {
  try {
    const { reporter, detail } = message.json<Record<string, unknown>>();
    return {
      ...(typeof reporter === 'string' ? { reporter } : {}),
      ...(typeof detail === 'string' ? { detail } : {}),
    };
  } catch {
    return {};
  }
}

/** `io.nats.server.advisory.v1.client_disconnect` */
function disconnectOf(message: Msg): Disconnect | undefined {
  try {
    const { server, client, reason } = message.json<{
      server?: { id?: string };
      client?: { id?: number };
      reason?: string;
    }>();
    if (typeof server?.id !== 'string' || typeof client?.id !== 'number') return undefined;
    return { serverId: server.id, clientId: client.id, reason: reason ?? 'no reason given' };
  } catch {
    return undefined;
  }
}
