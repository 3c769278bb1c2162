import type { NatsConnection } from '@nats-io/nats-core';
import { RollcallError } from '#contracts';
import {
  ChangeFeed,
  type History,
  type InstanceNames,
  storyOf,
  type TimelineLine,
  type KeyPlace,
  type Rollout,
} from '#application';
import type { CallGraphView, ViewTable } from '#domain';
import { brokerError, type ViewFollower, watchConnection } from '#nats';
import { joinBroker } from './join-broker.js';
import type { OpenOptions } from './open-options.js';
import { type JoinedRegistry, openRegistry } from './open-registry.js';
import type { Writers } from './writers.js';

/**
 * A process's place in the registry: joins the broker as soon as it is there, follows the view, folds the journal
 * whenever it leads, and stays up while the broker is away.
 */
export class RegistryNode {
  /** The changes of the view. */
  readonly feed = new ChangeFeed();
  readonly #options: OpenOptions;
  readonly #abort = new AbortController();
  #joined: JoinedRegistry | undefined;
  #disconnectedAtMs: number | undefined;
  #trouble: Error | undefined;

  constructor(options: OpenOptions) {
    this.#options = { ...options, feed: this.feed };
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
  writers(): Writers {
    if (this.#joined === undefined)
      throw new RollcallError('ROLLCALL_UNAVAILABLE', 'the broker has not been joined yet');
    if (this.#disconnectedAtMs !== undefined) {
      throw new RollcallError(
        'ROLLCALL_UNAVAILABLE',
        'the connection to the broker is lost; it comes back by itself',
      );
    }
    return this.#joined.writers;
  }

  /** How the last change of a config key is doing. @throws ROLLCALL_UNAVAILABLE before the broker is joined */
  rollout(at: KeyPlace): Rollout {
    const config = this.#joined?.config;
    if (config === undefined)
      throw new RollcallError('ROLLCALL_UNAVAILABLE', 'nobody counts here who applied which config');
    return config.rollout(at);
  }

  /** The changes of the view, and the view they are about. @throws ROLLCALL_UNAVAILABLE before it is loaded */
  watching(): { readonly feed: ChangeFeed; readonly table: ViewTable } {
    if (this.view === undefined)
      throw new RollcallError('ROLLCALL_UNAVAILABLE', 'the view has not been loaded yet');
    return { feed: this.feed, table: this.view.table };
  }

  /** Answers about the past. @throws ROLLCALL_UNAVAILABLE when the journal cannot be read now */
  history(): History {
    this.writers();
    return (this.#joined as JoinedRegistry).history;
  }

  /** Who calls whom. @throws ROLLCALL_UNAVAILABLE before the broker is joined */
  callGraph(namespace: string): CallGraphView {
    if (this.#joined === undefined)
      throw new RollcallError('ROLLCALL_UNAVAILABLE', 'the broker has not been joined yet');
    return this.#joined.callGraph.view(namespace, performance.now());
  }

  /** The story of an instance, from the journal. @throws ROLLCALL_UNAVAILABLE when it cannot be read now */
  story(names: InstanceNames): Promise<TimelineLine[]> {
    this.writers();
    return storyOf((this.#joined as JoinedRegistry).store.journal, names);
  }

  /** Joins, and resolves when it has. @throws what waiting cannot heal */
  async join(): Promise<JoinedRegistry> {
    const { settings, log, name } = this.#options;
    this.#joined = await joinBroker({
      access: { ...settings.broker, name },
      log,
      signal: this.#abort.signal,
      open: (connection) => openRegistry(connection, this.#options),
      onTrouble: (error) => (this.#trouble = error),
    });
    this.#trouble = undefined;
    const { connection } = this.#joined;
    log.info('joined the broker', {
      url: connection.getServer(),
      server: connection.info?.version ?? 'unknown',
    });
    this.#watch(connection);
    return this.#joined;
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
    await joined.leave(this.#disconnectedAtMs === undefined);
    await joined.connection.close();
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
