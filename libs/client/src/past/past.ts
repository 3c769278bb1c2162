import {
  checkName,
  type ConfigReader,
  type ConfigView,
  type EffectiveConfig,
  type InstanceView,
  isRollcallError,
  limits,
  type ServiceView,
} from '#contracts';
import type { CandidateWishes, PickExplanation } from '#domain';
import type { ClientPlace } from '../client/place.js';
import { type Answer, askRegistry } from './ask.js';

/** A journal sequence, a time, or a while ago such as `-15m`. */
export type PastMoment = number | Date | string;

/** A service, counted. */
export interface ServiceCounts {
  readonly service: string;
  readonly instances: number;
  /** How many of them say what: `{ up: 2, draining: 1 }`. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly versions: readonly string[];
  /** Routing rules, call policy, protection. */
  readonly policy?: ServiceView;
}

/** A call somebody would like to understand. */
export interface PastCall extends CandidateWishes {
  readonly headers?: Readonly<Record<string, string>>;
}

const PAGE_INSTANCES = 500;

interface InstancePage {
  readonly instances: readonly InstanceView[];
  readonly cursor?: string;
}

/**
 * The registry as it was, asked of the registry: nothing of it is held here. The first answer says which sequence the
 * moment is, and all others are of that sequence too.
 */
export class Past {
  #at: string | number;
  #sequence: number | undefined;

  constructor(
    private readonly place: ClientPlace,
    moment: PastMoment,
    private readonly timeoutMs: number = limits.atLeastWaitMsMax,
  ) {
    this.#at = moment instanceof Date ? moment.toISOString() : moment;
  }

  /** Journal sequence the answers reflect; undefined before the first. */
  get sequence(): number | undefined {
    return this.#sequence;
  }

  /** @throws ROLLCALL_SERVICE_UNKNOWN, ROLLCALL_BEFORE_HISTORY, ROLLCALL_AFTER_HISTORY, ROLLCALL_HISTORY_BUSY */
  async instances(service: string, { withDeparted = false } = {}): Promise<InstanceView[]> {
    checkName('service', service);
    const found: InstanceView[] = [];
    let [cursor, limit] = [undefined as string | undefined, PAGE_INSTANCES];
    for (;;) {
      const page = { service, all: withDeparted, limit, ...(cursor === undefined ? {} : { cursor }) };
      try {
        const { body } = await this.#ask<InstancePage>('instances', page);
        found.push(...body.instances);
        ({ cursor } = body);
        if (cursor === undefined) return found;
      } catch (error) {
        // Records may be large, and a message may not.
        if (!isRollcallError(error, 'ROLLCALL_ANSWER_TOO_LARGE') || limit === 1) throw error;
        limit = Math.ceil(limit / 4);
      }
    }
  }

  async services(): Promise<readonly ServiceCounts[]> {
    return (await this.#ask<{ services: ServiceCounts[] }>('services', {})).body.services;
  }

  /** One service, with the policy that held. @throws ROLLCALL_NOT_FOUND */
  async service(service: string): Promise<ServiceCounts> {
    return (await this.#ask<ServiceCounts>('service', { service })).body;
  }

  /** The keys of an application. Secrets are sealed. */
  async config(application: string): Promise<readonly ConfigView[]> {
    return (await this.#ask<{ keys: ConfigView[] }>('config.list', { application })).body.keys;
  }

  /** What an instance saw of an application, and from which layer each key came. Secrets are sealed. */
  async effectiveConfig(application: string, reader: ConfigReader): Promise<EffectiveConfig> {
    return (await this.#ask<EffectiveConfig>('config.effective', { application, reader })).body;
  }

  /** Where a call would have gone, and why not elsewhere. @param caller a service, or service/instance */
  async explain(caller: string, service: string, call: PastCall = {}): Promise<PickExplanation> {
    return (await this.#ask<PickExplanation>('explain', { caller, service, ...call })).body;
  }

  async #ask<Body>(name: string, input: object): Promise<Answer<Body>> {
    const question = { namespace: this.place.namespace, ...input, at: this.#at };
    const answer = await askRegistry<Body>(this.place, name, question, this.timeoutMs);
    this.#at = this.#sequence ??= answer.sequence;
    return answer;
  }
}
