import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { RollcallError } from '#contracts';
import {
  checkRegistration,
  type Drained,
  type EndpointInput,
  type Registration,
  type Rival,
  RollcallClient,
} from '#client';
import { MODULE_OPTIONS_TOKEN } from '../module/definition.js';
import type { AppRegistration, RollcallModuleOptions } from '../module/options.js';
import { countCalls } from './count-calls.js';
import { describeApp, type Listening } from './describe-app.js';
import { keepTrying } from './keep-trying.js';
import { listeningOn } from './listening-on.js';
import { OwnSignals } from './own-signals.js';

const FAREWELL_MS = 2_000;

/**
 * Ties the registration to the life of the app: `starting` at bootstrap, `up` when the server listens, `draining`
 * and good-bye at shutdown. Inject it to see or steer the registration.
 */
@Injectable()
export class RollcallLifecycle
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #logger = new Logger('Rollcall');
  readonly #signals = new OwnSignals();
  #registering: Promise<Registration | undefined> | undefined;
  #registration: Registration | undefined;
  #listening: Listening | undefined;
  #farewell: Promise<void> | undefined;
  #onLate: () => void = () => undefined;
  readonly #addedEndpoints: EndpointInput[] = [];

  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: RollcallModuleOptions,
    @Inject(RollcallClient) private readonly client: RollcallClient,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** The registration of this app, once it stands. */
  get registration(): Registration | undefined {
    return this.#registration;
  }

  /**
   * Tells of an endpoint that is known at run time only, such as a microservice listening on any free port. Call it
   * before the app listens; a registration that stands already is told with `registration.update()`.
   */
  addEndpoint(endpoint: EndpointInput): void {
    this.#addedEndpoints.push(endpoint);
  }

  async onApplicationBootstrap(): Promise<void> {
    const app = this.#app;
    if (app === undefined) return;
    checkRegistration({ ...app, endpoints: app.endpoints ?? [] });
    if (this.#awaitsServer(app)) {
      if (this.client.knowsInstanceId(app)) await this.#registerOrGoOn(app);
      this.adapterHost.listen$.subscribe(() => void this.#onListening(app).catch(this.#onFailure));
    } else {
      await this.#registerOrGoOn(app);
      this.#takeSignals();
      if (app.upWhen !== 'manual') void this.up().catch(this.#onFailure);
    }
  }

  /** Tells callers that requests can be answered. Needed only with `upWhen: 'manual'`. */
  async up(): Promise<void> {
    const app = this.#app;
    if (app === undefined || this.#farewell !== undefined) return;
    const registration = await this.#register(app);
    if (registration === undefined || this.#farewell !== undefined) return;
    await registration.update({ status: 'up', endpoints: describeApp(app, this.#facts()) });
    this.#logUp(registration);
  }

  /** Drains, waits, deregisters. Nest calls it while the server still answers. */
  beforeApplicationShutdown(signal?: string): Promise<void> {
    this.#farewell ??= this.#sayGoodbye(signal ?? 'the application was closed');
    return this.#farewell;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#signals.stop();
    await this.client.close();
  }

  async #onListening(app: AppRegistration): Promise<void> {
    this.#takeSignals();
    this.#listening = listeningOn(this.adapterHost);
    countCalls(this.adapterHost, this.client.vitals);
    if (app.upWhen === 'manual') await this.#register(app);
    else await this.up();
  }

  /** What can never work stops the app; a registry that is late only is tried again beside. */
  async #registerOrGoOn(app: AppRegistration): Promise<void> {
    const late = new Promise<void>((resolve) => (this.#onLate = resolve));
    await Promise.race([this.#register(app), late]);
  }

  /** Registers as `starting`, once, however often that takes. */
  #register(app: AppRegistration): Promise<Registration | undefined> {
    this.#registering ??= keepTrying({
      step: () => this.#registerNow(app),
      onFailure: (error, waitMs) => {
        this.#logger.warn(`${error.message} Trying again in ${waitMs} ms.`);
        this.#onLate();
      },
      isGivenUp: () => this.#farewell !== undefined,
    });
    return this.#registering;
  }

  async #registerNow(app: AppRegistration): Promise<Registration> {
    const { http: _http, advertise: _advertise, upWhen: _upWhen, ...input } = app;
    const endpoints = describeApp(this.#app ?? app, this.#facts());
    const handlers = {
      onLost: (error: RollcallError) => this.#onLost(error),
      onRevived: (incarnation: number) => this.#onRevived(incarnation),
      onRival: (rival: Rival) => this.#onRival(rival),
    };
    this.#registration = await this.client.register({ ...input, status: 'starting', endpoints }, handlers);
    return this.#registration;
  }

  async #sayGoodbye(reason: string): Promise<void> {
    const registration = this.#registration;
    if (registration?.isActive !== true) return;
    const { drainMs: settleMs, drainTimeoutMs: timeoutMs } = this.options;
    try {
      const drained = await registration.drain({
        reason,
        ...(settleMs === undefined ? {} : { settleMs }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      this.#logDrained(drained);
      // A journal that did not take that is away: the closing client tries the good-bye once more.
      if (!drained.isAnnounced) return;
      await inTime(registration.deregister(reason));
      this.#logger.log(`deregistered ${nameOf(registration)}: ${reason}`);
    } catch (error) {
      this.#onFailure(error);
    }
  }

  #takeSignals(): void {
    const taken = this.#signals.listen(async (signal) => {
      await this.beforeApplicationShutdown(signal);
      await this.client.close();
    });
    if (taken.length === 0) return;
    this.#logger.warn(
      `nobody listens to ${taken.join(' and ')}: Rollcall will say good-bye by itself and end the process, but no other ` +
        'shutdown hook runs. Call app.enableShutdownHooks() before app.listen().',
    );
  }

  #onLost(error: RollcallError): void {
    this.#logger.error(error.message);
    this.options.onLost?.(error);
  }

  #onRevived(incarnation: number): void {
    this.#logger.warn(`was given up although alive, and is registered again as incarnation ${incarnation}`);
    this.options.onRevived?.(incarnation);
  }

  #onRival(rival: Rival): void {
    const where = rival.source === undefined ? 'somebody who gave no name' : `"${rival.source}"`;
    this.#logger.error(
      `took the id of this instance from incarnation ${rival.incarnation}, which is alive: ${where}. ` +
        'Two processes are configured with one instance id.',
    );
    this.options.onRival?.(rival);
  }

  #awaitsServer({ http }: AppRegistration): boolean {
    return (
      http !== false && this.adapterHost.httpAdapter !== undefined && this.adapterHost.httpAdapter !== null
    );
  }

  get #app(): AppRegistration | undefined {
    const { register } = this.options;
    if (register === undefined || this.#addedEndpoints.length === 0) return register;
    return { ...register, endpoints: [...(register.endpoints ?? []), ...this.#addedEndpoints] };
  }

  #facts() {
    return { listening: this.#listening, env: this.options.env };
  }

  #logDrained({ isAnnounced, isApplied, callsInFlight = 0 }: Drained): void {
    if (!isAnnounced) this.#logger.warn('the journal did not take "draining" in time; leaving without it');
    else if (!isApplied) this.#logger.warn('left before all callers could hear of it');
    if (callsInFlight > 0) this.#logger.warn(`${callsInFlight} requests are still being served`);
  }

  #logUp(registration: Registration): void {
    const where = registration.record.endpoints.map(({ protocol, address, port, subject }) =>
      protocol === 'nats' ? `nats:${subject}` : `${protocol}://${address}:${port}`,
    );
    this.#logger.log(
      `${nameOf(registration)} is up, incarnation ${registration.incarnation}: ${where.join(', ') || 'no endpoint'}`,
    );
  }

  readonly #onFailure = (error: unknown): void =>
    this.#logger.error(error instanceof Error ? error.message : String(error));
}

/** Without a broker nobody hears a good-bye, and the process must end all the same. */
async function inTime(write: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const text = `the broker did not take the good-bye in ${FAREWELL_MS} ms`;
    timer = setTimeout(() => reject(new RollcallError('ROLLCALL_NOT_ACKNOWLEDGED', text)), FAREWELL_MS);
  });
  await Promise.race([write, late]).finally(() => clearTimeout(timer));
}

function nameOf({ record }: Registration): string {
  return `${record.service}/${record.instance}`;
}
