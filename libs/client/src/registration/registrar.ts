import { hostname } from 'node:os';
import { type InstanceAggregateId } from '#contracts';
import type { ClientPlace } from '../client/place.js';
import type { Environment } from '../rules/environment.js';
import { setting } from '../rules/environment.js';
import { chooseAddress, choosePort } from '../rules/advertise.js';
import { ownInterfaces, routeTo } from '../rules/broker-route.js';
import { chooseInstanceId } from '../rules/instance-id.js';
import type { Liveness } from '../heart/liveness.js';
import { draftRecord } from './draft.js';
import type { RegistrationHandlers, RegistrationInput } from './input.js';
import { Registration, type RegistrationParts } from './registration.js';
import { signatureOf } from './signature.js';
import { takeIncarnation } from './take.js';

export interface RegistrarParts {
  readonly place: ClientPlace;
  readonly liveness: Liveness;
  readonly env: Environment | undefined;
  /** Who signs the events, where the registration does not say. */
  readonly actor: string | undefined;
  /** Address of the broker this process is connected to now. */
  readonly server: () => string;
  readonly reached: (sequence: number, timeoutMs: number) => Promise<void>;
  /** A registration came, or says something else than before. */
  readonly onRegistration: () => void;
  readonly onTrouble: (error: Error) => void;
}

interface Advertised {
  readonly address: string;
  readonly port: number | undefined;
}

/** Registers the instances of one process and keeps the list of them. */
export class Registrar {
  readonly #parts: RegistrarParts;
  readonly #registrations = new Set<Registration>();

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
  }

  /** In the order they came; the first one names the process. */
  get registrations(): ReadonlySet<Registration> {
    return this.#registrations;
  }

  async register(input: RegistrationInput, handlers: RegistrationHandlers): Promise<Registration> {
    const { place } = this.#parts;
    const { namespace } = place;
    const advertised = await this.#advertised();
    const instance = this.#instanceId(input, advertised.port);
    const startedAt = new Date(Date.now() - process.uptime() * 1_000).toISOString();
    const draft = draftRecord(input, { namespace, instance, startedAt, ...advertised });
    const { service } = draft;
    const aggregate: InstanceAggregateId = { kind: 'instance', namespace, service, instance };
    const signature = signatureOf(aggregate, this.#parts.actor);
    const { onRival } = handlers;
    const order = { aggregate, draft, signature, reason: input.reason, ...(onRival && { onRival }) };
    const taken = await takeIncarnation(place, order);
    const { overloadedAfterMs } = input;
    const startHeart: RegistrationParts['startHeart'] = (standing, onWritten) =>
      this.#parts.liveness.start({ aggregate, signature, overloadedAfterMs }, standing, onWritten);
    const parts = { aggregate, signature, advertised, handlers, startHeart };
    const registration = new Registration({ ...parts, ...this.#partsOfAll() }, taken);
    this.#registrations.add(registration);
    registration.startHeart();
    this.#parts.onRegistration();
    return registration;
  }

  /** Whether an instance id can be chosen before the port it may stem from is known. */
  knowsInstanceId({ instance, endpoints = [] }: Pick<RegistrationInput, 'instance' | 'endpoints'>): boolean {
    const { env } = this.#parts;
    const named = instance ?? setting(env, 'ROLLCALL_INSTANCE');
    return (
      named !== undefined ||
      choosePort({ env }) !== undefined ||
      endpoints.some(({ port }) => port !== undefined)
    );
  }

  #partsOfAll() {
    const { place, liveness, reached, onRegistration, onTrouble } = this.#parts;
    return {
      place,
      reached,
      callsInFlight: () => liveness.vitals.callsInFlight,
      onTrouble,
      onWritten: onRegistration,
      onEnd: (ended: Registration) => void this.#registrations.delete(ended),
      onRecalled: (recalled: Registration) => {
        this.#registrations.add(recalled);
        onRegistration();
      },
    };
  }

  async #advertised(): Promise<Advertised> {
    const { env, server } = this.#parts;
    const facts = { env, routeToBroker: await routeTo(server()), interfaces: ownInterfaces() };
    return { address: chooseAddress(facts).address, port: choosePort(facts) };
  }

  #instanceId({ instance, endpoints = [] }: RegistrationInput, advertisedPort: number | undefined): string {
    const port = endpoints.find((endpoint) => endpoint.port !== undefined)?.port ?? advertisedPort;
    const { env } = this.#parts;
    return chooseInstanceId({ explicit: instance, env, hostname: hostname(), port, pid: process.pid });
  }
}
