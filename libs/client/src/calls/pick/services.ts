import type { InstanceRecord, InstanceView, ServiceView } from '#contracts';
import { checkName, limits, RollcallError } from '#contracts';
import type { CallSummary } from '#domain';
import type { SharedView } from '../../view/shared-view.js';
import type { SharedViews } from '../../view/shared-views.js';
import { type CallListener, CallTally } from '../governance/call-tally.js';
import { CallBook } from './call-book.js';
import type { ReportFailedCall } from './picked.js';
import { ServiceHandle, type ServiceOptions } from './service-handle.js';
import type { CallerFacts, LocalView } from './service-view.js';

export interface ServicesParts {
  readonly namespace: string;
  readonly views: SharedViews;
  readonly isStale: (view: { readonly staleMs: number }) => boolean;
  /** What this process says of itself; the first of its registrations. */
  readonly registered: () => InstanceRecord | undefined;
  readonly reportFailedCall: ReportFailedCall;
  readonly onTrouble: (error: Error) => void;
  readonly listener: CallListener | undefined;
}

interface Called {
  readonly book: CallBook;
  readonly tally: CallTally;
  readonly view: FollowedView;
}

/** The services this process calls: one view and one book of experience for each, however many handles there are. */
export class Services {
  readonly #parts: ServicesParts;
  readonly #called = new Map<string, Called>();
  #caller: { readonly of: InstanceRecord | undefined; readonly facts: CallerFacts } = {
    of: undefined,
    facts: {},
  };

  constructor(parts: ServicesParts) {
    this.#parts = parts;
  }

  /** @throws ROLLCALL_NAME_INVALID, ROLLCALL_FILTER_INVALID */
  handle(service: string, options: ServiceOptions): ServiceHandle {
    checkName('service', service);
    const { book, tally, view } = this.#open(service);
    const { reportFailedCall } = this.#parts;
    const ready = (timeoutMs?: number) => view.load(timeoutMs);
    return new ServiceHandle(
      { service, book, tally, view, ready, caller: () => this.caller, reportFailedCall },
      options,
    );
  }

  /** Who calls. */
  get caller(): CallerFacts {
    const record = this.#parts.registered();
    if (record !== this.#caller.of) {
      const { service, zone, metadata } = record ?? {};
      this.#caller = {
        of: record,
        facts: {
          ...(service === undefined ? {} : { service }),
          ...(zone === undefined ? {} : { zone }),
          ...(metadata === undefined ? {} : { labels: metadata }),
        },
      };
    }
    return this.#caller.facts;
  }

  /** What was counted for each service since this was last asked. */
  takeSummaries(): Record<string, CallSummary> {
    const taken = [...this.#called].map(([service, { tally }]) => [service, tally.take()] as const);
    return Object.fromEntries(taken.filter(([, summary]) => summary !== undefined)) as Record<
      string,
      CallSummary
    >;
  }

  #open(service: string): Called {
    let called = this.#called.get(service);
    if (called === undefined) {
      called = {
        book: new CallBook(),
        tally: new CallTally(service, this.#parts.listener),
        view: new FollowedView(service, this.#parts),
      };
      this.#called.set(service, called);
      // Nobody waits for it yet; who does is told by ready().
      called.view.load().catch(this.#parts.onTrouble);
    }
    return called;
  }
}

/** The view of one service, loaded once and then followed. */
class FollowedView implements LocalView {
  readonly #service: string;
  readonly #parts: ServicesParts;
  #view: SharedView | undefined;
  #loading: Promise<void> | undefined;

  constructor(service: string, parts: ServicesParts) {
    this.#service = service;
    this.#parts = parts;
  }

  get revision(): number {
    return this.#held.revision;
  }

  get sequence(): number {
    return this.#held.sequence;
  }

  get staleMs(): number {
    return this.#held.staleMs;
  }

  get isStale(): boolean {
    return this.#parts.isStale(this.#held);
  }

  instances(): readonly InstanceView[] {
    return this.#held.instances(true);
  }

  policy(): ServiceView | undefined {
    return this.#held.policy;
  }

  async load(timeoutMs: number = limits.atLeastWaitMsMax): Promise<void> {
    if (this.#view !== undefined) return;
    this.#loading ??= this.#load(timeoutMs).finally(() => (this.#loading = undefined));
    await this.#loading;
  }

  async #load(timeoutMs: number): Promise<void> {
    this.#view = await this.#parts.views.open(this.#service, timeoutMs);
  }

  get #held(): SharedView {
    if (this.#view !== undefined) return this.#view;
    const what = `the view of service "${this.#service}" is not loaded yet`;
    const action = 'Await ready() before the first pick().';
    throw new RollcallError('ROLLCALL_UNAVAILABLE', what, { action });
  }
}
