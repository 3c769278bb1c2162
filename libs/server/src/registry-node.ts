import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/nats-core';
import { type InstanceView, RollcallError } from '#contracts';
import { type Log, Registrar } from '#application';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { brokerError, type ViewFollower, watchConnection } from '#nats';
import type { Settings } from '#platform';
import { joinBroker } from './join-broker.js';

export interface RegistryNodeOptions {
  /** Shown in the broker's lists of connections. */
  readonly name: string;
  readonly settings: Settings;
  readonly log: Log;
}

/** What there is once the broker has been joined. */
export interface JoinedRegistry {
  readonly connection: NatsConnection;
  readonly store: RegistryStore;
  readonly projection: Projection;
  readonly registrar: Registrar;
}

/**
 * A process's place in the registry: joins the broker as soon as it is there, follows the view, folds the journal
 * whenever it leads, and stays up while the broker is away.
 */
export class RegistryNode {
  readonly #options: RegistryNodeOptions;
  readonly #abort = new AbortController();
  #joined: JoinedRegistry | undefined;
  #disconnectedAtMs: number | undefined;
  #trouble: Error | undefined;

  constructor(options: RegistryNodeOptions) {
    this.#options = options;
  }

  get joined(): JoinedRegistry | undefined {
    return this.#joined;
  }

  /** The view as this process holds it; undefined until the first snapshot is there. */
  get view(): ViewFollower | undefined {
    return this.#joined?.projection.follower;
  }

  get brokerUrl(): string {
    return this.#options.settings.broker.url;
  }

  /** How long there has been no connection, in ms; undefined while there is one, or never was. */
  get disconnectedMs(): number | undefined {
    return this.#disconnectedAtMs === undefined ? undefined : performance.now() - this.#disconnectedAtMs;
  }

  /** Why the broker has not been joined yet. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** @throws ROLLCALL_UNAVAILABLE when nothing can be written now; waiting is up to the caller */
  writer(): Registrar {
    if (this.#joined === undefined)
      throw new RollcallError('ROLLCALL_UNAVAILABLE', 'the broker has not been joined yet');
    if (this.#disconnectedAtMs !== undefined) {
      throw new RollcallError(
        'ROLLCALL_UNAVAILABLE',
        'the connection to the broker is lost; it comes back by itself',
      );
    }
    return this.#joined.registrar;
  }

  /** Joins, and resolves when it has. @throws what waiting cannot heal */
  async join(): Promise<void> {
    const { settings, log, name } = this.#options;
    this.#joined = await joinBroker({
      access: { ...settings.broker, name },
      log,
      signal: this.#abort.signal,
      open: (connection) => this.#open(connection),
      onTrouble: (error) => (this.#trouble = error),
    });
    this.#trouble = undefined;
    const { connection } = this.#joined;
    log.info('joined the broker', {
      url: connection.getServer(),
      server: connection.info?.version ?? 'unknown',
    });
    this.#watch(connection);
  }

  /** Rejects when the connection ended for good without stop(): the broker no longer lets us in. */
  async ended(): Promise<void> {
    const error = await this.#joined?.connection.closed();
    if (this.#abort.signal.aborted) return;
    throw brokerError(error ?? new Error('it was closed'), 'the connection to the broker ended');
  }

  /** Hands leadership over and leaves. */
  async stop(): Promise<void> {
    this.#abort.abort(new RollcallError('ROLLCALL_UNAVAILABLE', 'stopping'));
    const joined = this.#joined;
    if (joined === undefined) return;
    if (this.#disconnectedAtMs === undefined) await joined.projection.stop();
    joined.store.journal.close();
    await joined.connection.close();
  }

  async #open(connection: NatsConnection): Promise<JoinedRegistry> {
    const { prefix, domain, replicas } = this.#options.settings;
    const { log } = this.#options;
    const store = await openRegistryStore({
      connection,
      prefix,
      replicas,
      log,
      ...(domain === undefined ? {} : { domain }),
    });
    const projection = createProjection(store, {
      onTrouble: (error) => log.warn('trouble while following the view', { error: error.message }),
      onResynced: ({ reason, position, changes }) => {
        if (reason !== 'start') log.info('loaded the view again', { reason, position, changes });
      },
    });
    try {
      await projection.start();
    } catch (error) {
      await projection.stop().catch(() => undefined);
      throw error;
    }
    return { connection, store, projection, registrar: registrarOver(store, projection) };
  }

  #watch(connection: NatsConnection): void {
    const { log } = this.#options;
    watchConnection(connection, {
      onDisconnect: () => {
        if (this.#abort.signal.aborted || this.#disconnectedAtMs !== undefined) return;
        this.#disconnectedAtMs = performance.now();
        log.warn('lost the connection to the broker; serving the last known view until it is back', {
          url: this.brokerUrl,
        });
      },
      onReconnect: () => {
        log.info('the broker is back', {
          url: connection.getServer(),
          awayMs: Math.round(this.disconnectedMs ?? 0),
        });
        this.#disconnectedAtMs = undefined;
      },
    });
  }
}

function registrarOver(store: RegistryStore, { table }: Projection): Registrar {
  const identity = { newId: () => randomUUID(), nowIso: () => new Date().toISOString() };
  return new Registrar(store.journal, identity, (key) => {
    const record = table.get(key)?.entry.record as InstanceView | undefined;
    return record?.incarnation ?? 0;
  });
}
