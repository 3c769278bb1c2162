import { type Balancer, type CallPolicy, isName, quote, RollcallError, type RouteRule } from '#contracts';
import {
  candidateKey,
  type CandidateWishes,
  explainPick,
  type FunnelRules,
  matchRoute,
  type PickExplanation,
  problemOf,
  refusedInstances,
  routeProblem,
} from '#domain';
import type { CallBook } from './call-book.js';
import type { CallTally } from '../governance/call-tally.js';
import { type CandidateSet, CandidateSets } from './candidate-sets.js';
import { type Knowledge, Picked, type ReportFailedCall } from './picked.js';
import type { CallerFacts, LocalView } from './service-view.js';

/** Which instance a call needs. What is left out does not matter. */
export interface PickOptions extends CandidateWishes {
  /** Calls with the same key go to the same instance, while it is there. */
  readonly key?: string | undefined;
  /** What routing rules look at; names in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** The same, for what no header says; laid over the metadata of the calling instance. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly balancer?: Balancer | undefined;
  /** Keys (`Picked.key`) of instances tried in vain: they are taken only when there is nobody else. */
  readonly avoid?: ReadonlySet<string> | undefined;
}

/** What holds for all calls to a service from here. A policy of the service gives way to it. */
export interface ServiceOptions extends CandidateWishes, FunnelRules {
  readonly balancer?: Balancer;
  /**
   * Zone whose instances are preferred. Default: the zone this process registered in. False: zones do not matter.
   * Too few instances left there, and calls spill over to the others.
   */
  readonly near?: string | false;
  /** How long a new instance takes to get its full share, in ms. Default 10,000. */
  readonly slowStartMs?: number;
}

export interface ServiceParts {
  readonly service: string;
  readonly book: CallBook;
  readonly tally: CallTally;
  readonly view: LocalView;
  readonly caller: () => CallerFacts;
  readonly reportFailedCall: ReportFailedCall;
  /** Loads the view. */
  readonly ready: (timeoutMs?: number) => Promise<void>;
}

const SLOW_START_MS = 10_000;
const NO_WISHES: PickOptions = {};

/**
 * A service as this process calls it: who there is, from the local view, and whom to call, from that and from the
 * experience of this process. Nothing of it asks the network.
 */
export class ServiceHandle {
  readonly #parts: ServiceParts;
  readonly #options: ServiceOptions;
  readonly #defaults: CandidateWishes | undefined;
  readonly #sets: CandidateSets;
  #zones: { readonly of: readonly unknown[]; readonly names: readonly string[] } = { of: [], names: [] };

  constructor(parts: ServiceParts, options: ServiceOptions = {}) {
    checkNear(options.near);
    const {
      balancer: _balancer,
      near: _near,
      slowStartMs: _slowStartMs,
      allowedAddresses,
      ...wishes
    } = options;
    this.#parts = parts;
    this.#options = options;
    this.#defaults = Object.keys(wishes).length === 0 ? undefined : wishes;
    this.#sets = new CandidateSets(parts.view, parts.book, { allowedAddresses });
    this.#sets.question(wishes);
  }

  get service(): string {
    return this.#parts.service;
  }

  /** How callers are to call it, by its policy. */
  get policy(): CallPolicy {
    return this.#parts.view.policy()?.calls ?? {};
  }

  /** Changes whenever anything the view says of the service changes. */
  get revision(): number {
    return this.#parts.view.revision;
  }

  /** Keys (`Picked.key`) of all instances the view names, the departed left out. */
  presentKeys(): ReadonlySet<string> {
    const present = this.#parts.view.instances().filter(({ departure }) => departure === undefined);
    return new Set(present.map(candidateKey));
  }

  /** Counts a call that is made once more. */
  noteRetry(): void {
    this.#parts.tally.retried();
  }

  /** Resolves when the view of the service is loaded; from then on `pick()` answers. */
  ready(timeoutMs?: number): Promise<void> {
    return this.#parts.ready(timeoutMs);
  }

  /**
   * An instance to call now.
   * @throws ROLLCALL_UNAVAILABLE before the view is loaded, ROLLCALL_FILTER_INVALID; ROLLCALL_SERVICE_UNKNOWN,
   *   ROLLCALL_NO_INSTANCE, ROLLCALL_FILTER_UNMET, ROLLCALL_PROTOCOL_UNMET, ROLLCALL_ADDRESS_FORBIDDEN and
   *   ROLLCALL_ROUTE_EMPTY, whose `details` say what was known of whom
   */
  pick(options: PickOptions = NO_WISHES): Picked {
    const { view, book, tally, reportFailedCall } = this.#parts;
    const set = this.#sets.get(this.#wishes(options));
    const rule = this.#rule(options);
    const policy = view.policy()?.calls;
    const chosen = set.roster(rule).choose(
      {
        balancer: options.balancer ?? this.#options.balancer ?? policy?.balancer ?? 'least-loaded',
        key: options.key,
        zones: this.#preferredZones(policy),
        slowStartMs: this.#options.slowStartMs ?? policy?.slowStartMs ?? SLOW_START_MS,
        avoided: options.avoid,
      },
      performance.now(),
    );
    if (chosen === undefined) throw this.#nobody(set, rule);
    return new Picked(chosen, book.of(chosen), view, { tally, report: reportFailedCall });
  }

  /** Who would be called, who stands by, and who is out for what reason. */
  explain(options: PickOptions = NO_WISHES): PickExplanation & Knowledge {
    const { view, book, service } = this.#parts;
    const nowMs = performance.now();
    const policy = view.policy();
    const slowStartMs = this.#options.slowStartMs ?? policy?.calls?.slowStartMs ?? SLOW_START_MS;
    const { allowedAddresses } = this.#options;
    const explanation = explainPick({
      service,
      views: view.instances(),
      policy,
      question: this.#sets.question(this.#wishes(options)),
      call: this.#call(options),
      rules: allowedAddresses === undefined ? {} : { allowedAddresses },
      zones: this.#preferredZones(policy?.calls),
      standingOf: (candidate) => book.of(candidate).standing(nowMs),
      shareOf: (candidate) => book.of(candidate).share(nowMs, slowStartMs),
      chance: Math.random(),
    });
    const { sequence, staleMs, isStale } = view;
    return { ...explanation, sequence, staleMs, isStale };
  }

  #wishes(options: PickOptions): CandidateWishes {
    return this.#defaults === undefined ? options : { ...this.#defaults, ...given(options) };
  }

  #rule(options: PickOptions): RouteRule | undefined {
    const routes = this.#parts.view.policy()?.routes;
    if (routes === undefined || routes.length === 0) return undefined;
    return routes[matchRoute(routes, this.#call(options))];
  }

  #call({ headers, labels }: PickOptions) {
    const caller = this.#parts.caller();
    const all = labels === undefined ? caller.labels : { ...caller.labels, ...labels };
    return { caller: caller.service, headers, labels: all };
  }

  /** The same array while neither the caller's zone nor the policy changes. */
  #preferredZones(policy: CallPolicy | undefined): readonly string[] {
    const { near } = this.#options;
    const own = near === false ? undefined : (near ?? this.#parts.caller().zone);
    const fallback = policy?.fallbackZones;
    const [heldOwn, heldFallback] = this.#zones.of;
    if (own === heldOwn && fallback === heldFallback) return this.#zones.names;
    const names = own === undefined ? [] : [...new Set([own, ...(fallback ?? [])])];
    this.#zones = { of: [own, fallback], names };
    return names;
  }

  #nobody(set: CandidateSet, rule: RouteRule | undefined): RollcallError {
    const { view, service } = this.#parts;
    const { candidates, refused } = set.funnel;
    const { code, what } =
      rule !== undefined && candidates.length > 0
        ? routeProblem(service, rule, candidates.length)
        : problemOf(service, set.funnel, view.policy() !== undefined);
    const { sequence, staleMs, isStale } = view;
    const known = `known at sequence ${sequence}, last heard of ${Math.round(staleMs)} ms ago`;
    return new RollcallError(code, `${what} (${known})`, {
      details: {
        service,
        sequence,
        staleMs: Math.round(staleMs),
        isStale,
        ...(rule === undefined ? {} : { rule: rule.name }),
        candidates: candidates.map(({ view: { instance, version } }) => ({ instance, version })),
        refused: refusedInstances(refused),
      },
    });
  }
}

function given(options: PickOptions): PickOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkNear(near: string | false | undefined): void {
  if (near === undefined || near === false || isName(near)) return;
  throw new RollcallError('ROLLCALL_NAME_INVALID', `near is ${quote(near)}, which is not the name of a zone`);
}
