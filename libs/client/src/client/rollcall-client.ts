import { hostname } from 'node:os';
import { checkName, type IncarnationId, limits } from '#contracts';
import { connectBroker, type ConnectionRecipe, connectionRecipe, watchConnection } from '#nats';
import { FailedCallReporter } from '../calls/failed-calls.js';
import type { ServiceHandle, ServiceOptions } from '../calls/pick/service-handle.js';
import { CallReporter } from '../calls/governance/call-reporter.js';
import { HttpCaller, serviceOptionsOf } from '../calls/http/http-caller.js';
import type { HttpCallerOptions } from '../calls/http/options.js';
import { Services } from '../calls/pick/services.js';
import { Liveness } from '../heart/liveness.js';
import type { Vitals } from '../heart/vitals.js';
import type { DrainOptions } from '../registration/drain.js';
import type { RegistrationHandlers, RegistrationInput } from '../registration/input.js';
import { Registrar } from '../registration/registrar.js';
import type { Registration } from '../registration/registration.js';
import { ClientConfigs } from '../config/client-configs.js';
import type { ConfigHome } from '../config/config-home.js';
import type { LiveConfig } from '../config/live-config.js';
import type { ConfigWriter } from '../config/config-writer.js';
import type { ConfigOptions, ConfigWriterOptions } from '../config/options.js';
import type { Watch, WatchHandler } from '../view/events.js';
import { discoverPast } from '../past/discover-past.js';
import { Past, type PastMoment } from '../past/past.js';
import type { Projection, ProjectionOrder } from '../projection/order.js';
import { Projections } from '../projection/projections.js';
import { SharedViews } from '../view/shared-views.js';
import type { ClientStatus, Discovered } from './answers.js';
import { calmly } from './calmly.js';
import type { DiscoverOptions } from './discover-options.js';
import type { ClientOptions } from './options.js';
import { type ClientPlace, openPlace } from './place.js';

/** The registry says where it is every second. */
const STALE_MS = 3 * limits.positionMsMax;
const FAREWELL_MS = 2_000;
/** A heart without a connection of its own after so long beats in the main thread for the time being. */
const HEART_CONNECT_MS = 2_000;

/**
 * A service's way to the registry: says who it is, keeps saying so, and knows who else is there. One connection,
 * reconnecting for ever; what was known stays served while it is gone.
 */
export class RollcallClient {
  readonly #place: ClientPlace;
  readonly #options: ClientOptions;
  readonly #views: SharedViews;
  readonly #registrar: Registrar;
  readonly #configs: ClientConfigs;
  readonly #liveness: Liveness;
  readonly #failedCalls: FailedCallReporter;
  readonly #services: Services;
  readonly #callers = new Set<HttpCaller>();
  readonly #projections: Projections;
  readonly #callReporter: CallReporter;
  readonly #stopWatching: () => void;
  readonly #onTrouble: (error: Error) => void;
  #connected = true;
  #server: string;
  #closing: Promise<void> | undefined;

  private constructor(place: ClientPlace, options: ClientOptions, recipe: ConnectionRecipe) {
    this.#place = place;
    this.#options = options;
    this.#onTrouble = calmly((error) => options.onTrouble?.(error));
    this.#server = place.connection.getServer();
    this.#views = new SharedViews(place, this.#onTrouble);
    this.#projections = new Projections(place);
    this.#liveness = new Liveness({
      place,
      recipe,
      prefix: options.prefix ?? '',
      placement: options.heart,
      position: () => this.#views.position,
      onTrouble: this.#onTrouble,
    });
    this.#registrar = new Registrar({
      place,
      liveness: this.#liveness,
      env: options.env,
      actor: options.actor,
      server: () => this.#server,
      reached: (sequence, timeoutMs) => this.reached(sequence, timeoutMs),
      onRegistration: () => this.#configs.onRegistration(),
      onTrouble: this.#onTrouble,
    });
    this.#configs = new ClientConfigs({
      place,
      vitals: this.#liveness.vitals,
      env: options.env,
      registrations: this.#registrar.registrations,
      actor: () => this.#name(),
      onTrouble: this.#onTrouble,
    });
    this.#failedCalls = new FailedCallReporter(place.connection, place.subjects, () => this.#name());
    this.#services = new Services({
      namespace: options.namespace ?? 'default',
      views: this.#views,
      isStale: ({ staleMs }) => !this.#connected || staleMs > STALE_MS,
      registered: () => this.#firstRegistration?.record,
      reportFailedCall: (id, detail) => this.reportFailedCall(id, detail),
      onTrouble: this.#onTrouble,
      listener: options.metrics,
    });
    this.#callReporter = new CallReporter({
      connection: place.connection,
      subjects: place.subjects,
      namespace: place.namespace,
      caller: () => this.#firstRegistration?.record,
      take: () => this.#services.takeSummaries(),
    });
    this.#stopWatching = watchConnection(place.connection, {
      onReconnect: () => this.#onConnection(true),
      onDisconnect: () => this.#onConnection(false),
    });
  }

  /** @throws ROLLCALL_BROKER_UNREACHABLE, ROLLCALL_BROKER_REFUSED_LOGIN, ROLLCALL_NAME_INVALID */
  static async connect(options: ClientOptions = {}): Promise<RollcallClient> {
    const { namespace = 'default', prefix, domain, url = 'nats://127.0.0.1:4222' } = options;
    checkName('namespace', namespace);
    const name = options.name ?? `rollcall client ${hostname()}:${process.pid}`;
    const access = { ...options, url, name };
    const connection = await connectBroker(access);
    const place = await openPlace(connection, {
      namespace,
      ...(prefix && { prefix }),
      ...(domain && { domain }),
    });
    const recipe = await connectionRecipe({
      ...access,
      name: `rollcall hearts ${hostname()}:${process.pid}`,
      connectTimeoutMs: HEART_CONNECT_MS,
    });
    return new RollcallClient(place, options, recipe);
  }

  get namespace(): string {
    return this.#place.namespace;
  }

  /** What this process tells of itself in its heartbeats: requests being served, configuration applied. */
  get vitals(): Vitals {
    return this.#liveness.vitals;
  }

  /**
   * Registers an instance and keeps it alive. Returns when the registration is stored.
   * @throws ROLLCALL_RECORD_INVALID, ROLLCALL_NAME_INVALID, ROLLCALL_RECORD_TOO_LARGE before anything is written
   */
  register(input: RegistrationInput, handlers: RegistrationHandlers = {}): Promise<Registration> {
    return this.#registrar.register(input, handlers);
  }

  /** Whether an instance id can be chosen before the port it may stem from is known. */
  knowsInstanceId(input: Pick<RegistrationInput, 'instance' | 'endpoints'>): boolean {
    return this.#registrar.knowsInstanceId(input);
  }

  /**
   * Who provides a service now, from memory: the first call loads the view of that service and follows it.
   * @throws ROLLCALL_POSITION_NOT_REACHED, ROLLCALL_NAME_INVALID, ROLLCALL_BROKER_UNREACHABLE
   */
  async discover(service: string, options: DiscoverOptions = {}): Promise<Discovered> {
    const { at, atLeast, timeoutMs = limits.atLeastWaitMsMax, withDeparted = false } = options;
    if (at !== undefined) return discoverPast(new Past(this.#place, at, timeoutMs), service, options);
    const view = await this.#views.open(checkName('service', service), timeoutMs);
    if (atLeast !== undefined) await view.reached(atLeast, timeoutMs);
    const { position, staleMs } = view;
    const isStale = !this.#connected || staleMs > STALE_MS;
    return { instances: view.instances(withDeparted), position, staleMs, isStale };
  }

  /**
   * A service to call. Its view is loaded in the background and followed from then on.
   * @throws ROLLCALL_NAME_INVALID, ROLLCALL_FILTER_INVALID
   */
  service(name: string, options: ServiceOptions = {}): ServiceHandle {
    return this.#services.handle(name, options);
  }

  /**
   * Calls a service over HTTP, each call to an instance chosen for it.
   * @throws ROLLCALL_NAME_INVALID, ROLLCALL_FILTER_INVALID
   */
  http(name: string, options: HttpCallerOptions = {}): HttpCaller {
    const caller = new HttpCaller(this.service(name, serviceOptionsOf(options)), options);
    this.#callers.add(caller);
    return caller;
  }

  /**
   * Tells who is there, then every change in the order of the view, until closed.
   * @param what a service, or everything in this client's namespace
   */
  async watch(what: string | { readonly all: true }, handler: WatchHandler): Promise<Watch> {
    const timeoutMs = limits.atLeastWaitMsMax;
    const view =
      typeof what === 'string'
        ? await this.#views.open(checkName('service', what), timeoutMs)
        : await this.#views.openAll(timeoutMs);
    const close = view.watch(handler);
    return {
      get position() {
        return view.position;
      },
      get staleMs() {
        return view.staleMs;
      },
      close,
    };
  }

  /**
   * The config of an application as this instance sees it: loaded, followed, and reported back. Ends with the client.
   * @throws ROLLCALL_NAME_INVALID, ROLLCALL_CONFIG_UNAVAILABLE, ROLLCALL_CONFIG_REFUSED, ROLLCALL_KEY_RING_INVALID
   */
  config(application: string, options: ConfigOptions = {}): Promise<LiveConfig> {
    return this.#configs.open(application, options);
  }

  /** Changes the config of an application, through the registry. @throws ROLLCALL_NAME_INVALID */
  configWriter(application: string, options: ConfigWriterOptions = {}): ConfigWriter {
    return this.#configs.writer(application, options);
  }

  /** This namespace as it was: each question is asked of the registry, and answered from the journal. */
  at(moment: PastMoment): Past {
    return new Past(this.#place, moment);
  }

  /**
   * Tells the events of this namespace to a store of your own, from the position it has: in order, in batches, each
   * once (docs/guides/projections.md). Ends with the client.
   * @throws what `load` throws, ROLLCALL_QUERY_INVALID, ROLLCALL_NAME_INVALID, ROLLCALL_SEQUENCE_INVALID
   */
  project(order: ProjectionOrder): Promise<Projection> {
    return this.#projections.open(order);
  }

  /** What config needs of a client; for `openConfig`, which may begin before there is one. */
  get configHome(): ConfigHome {
    return this.#configs.home;
  }

  /** Resolves when everything this client discovers or watches reflects a journal sequence. */
  reached(sequence: number, timeoutMs: number = limits.atLeastWaitMsMax): Promise<void> {
    return this.#views.reached(sequence, timeoutMs);
  }

  status(): ClientStatus {
    return {
      connected: this.#connected,
      server: this.#server,
      views: this.#views.status(),
      registrations: [...this.#registrar.registrations].map(({ record, incarnation, silentMs }) => ({
        service: record.service,
        instance: record.instance,
        incarnation,
        silentMs,
      })),
    };
  }

  /**
   * Tells the registry that a call to an instance failed. It looks after the instance at once and judges by itself;
   * at most one report a second and instance is sent. Returns whether this one was.
   */
  reportFailedCall(instance: IncarnationId, detail?: string): boolean {
    return this.#failedCalls.report(instance, detail);
  }

  /** Leaves the broker's present connections and makes new ones, after a change of the cluster, say. */
  async reconnect(): Promise<void> {
    this.#liveness.reconnect();
    await this.#place.connection.reconnect();
  }

  /** The polite way out: drains what is registered, waits for callers as far as options allow, and closes. */
  async shutdown(options: DrainOptions = {}): Promise<void> {
    await Promise.all([...this.#registrar.registrations].map((registration) => registration.drain(options)));
    await this.close(options.reason);
  }

  /** Deregisters what is registered, for at most two seconds, and disconnects. */
  close(reason = 'the client was closed'): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: string): Promise<void> {
    const farewells = [...this.#registrar.registrations].map((registration) =>
      registration.deregister(reason),
    );
    if (farewells.length > 0) await Promise.race([Promise.allSettled(farewells), delay(FAREWELL_MS)]);
    for (const registration of this.#registrar.registrations) registration.abandon();
    this.#callReporter.close();
    await this.#projections.close();
    await Promise.all([...this.#callers].map((caller) => caller.close()));
    this.#configs.close();
    this.#views.close();
    this.#stopWatching();
    await this.#liveness.close();
    this.#place.writer.close();
    await this.#place.connection.close();
  }

  /** Who reports: the first instance registered here, else the process. */
  #name(): string {
    const first = this.#firstRegistration;
    if (first !== undefined) return `${first.record.service}/${first.record.instance}`;
    return this.#options.actor ?? `${hostname()}:${process.pid}`;
  }

  get #firstRegistration(): Registration | undefined {
    for (const registration of this.#registrar.registrations) return registration;
    return undefined;
  }

  #onConnection(connected: boolean): void {
    this.#connected = connected;
    if (connected) this.#server = this.#place.connection.getServer();
    this.#options[connected ? 'onConnected' : 'onDisconnected']?.();
  }
}

function delay(timeoutMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timeoutMs).unref());
}
