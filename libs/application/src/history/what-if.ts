import { decodeEvent, eventTypes, type ProtectionRecord, type RegistryEvent, viewKeyOf } from '#contracts';
import {
  evolve,
  fromTime,
  isMassExpiry,
  type Judgement,
  judgeSuspicion,
  type Suspicion,
  toTime,
  type ViewEntry,
  ViewTable,
} from '#domain';
import type { Journal } from '../ports/journal.js';
import { Reader } from '../reader/reader.js';
import { countService, engagedProtection } from '../watchman/headcount.js';
import { eventPieces } from './event-pieces.js';
import type { HistoricMoment } from './find-moment.js';
import { type PickSample, PickSampler } from './pick-sampler.js';
import { SuspicionLog } from './suspicion-log.js';
import type { WhatIfPolicy } from './what-if-input.js';

/** A suspicion, what became of it, and what would have. Times as RFC 3339. */
interface JudgedSuspicion extends Pick<
  Suspicion,
  'service' | 'instance' | 'incarnation' | 'sequence' | 'signal'
> {
  readonly was: 'cleared' | 'expired' | 'over' | 'open';
  readonly whatIf: Judgement['whatIf'];
  readonly dueAt?: string;
  /** When the same process showed that it had been alive. */
  readonly backAt?: string;
}

/** An expiry that would have been held, or a protection that would not have engaged. */
interface JudgedProtection {
  readonly service: string;
  readonly sequence: number;
  readonly at: string;
  readonly was: 'expired' | 'engaged';
  readonly presentCount: number;
  readonly goingCount: number;
}

export interface WhatIfReport {
  readonly from: HistoricMoment;
  readonly to: HistoricMoment;
  readonly suspicions: { readonly total: number; readonly differing: readonly JudgedSuspicion[] };
  readonly protection: { readonly total: number; readonly differing: readonly JudgedProtection[] };
  /** Moments at which a call was tried under both policies; absent without a service to call. */
  readonly picks?: { readonly total: number; readonly differing: readonly PickSample[] };
}

export interface WhatIfOrder {
  readonly from: HistoricMoment;
  readonly to: HistoricMoment;
  readonly patterns: readonly string[] | undefined;
  /** What stood under every key at the beginning of the window. */
  readonly entries: ReadonlyMap<string, ViewEntry>;
  readonly policy: WhatIfPolicy;
  /** A call to try at so many moments of the window. */
  readonly call?: {
    readonly namespace: string;
    readonly service: string;
    readonly caller: string;
    readonly samples: number;
  };
}

/** Holds another policy against the events of a window. Nothing is written. */
export async function whatIf(journal: Journal, order: WhatIfOrder): Promise<WhatIfReport> {
  const { from, to, patterns, policy, call } = order;
  const window = new WhatIfWindow(order);
  const range = { from: from.sequence + 1, to: to.sequence, ...(patterns && { patterns }) };
  for await (const piece of eventPieces(journal, range)) {
    for (const raw of piece) {
      const decoded = decodeEvent(raw);
      if (decoded.kind === 'event') window.take(decoded.event, viewKeyOf(decoded.event.aggregate, raw.key));
    }
  }
  window.picks?.upTo(to.sequence, to.at);
  const all = window.suspicions.all();
  const judged = policy.lease === undefined ? [] : all.map((one) => judge(one, policy.lease ?? {}, to));
  return {
    from,
    to,
    suspicions: { total: all.length, differing: judged.filter((one) => one.whatIf !== 'same') },
    protection: { total: window.protections, differing: window.differing },
    ...(call === undefined || window.picks === undefined ? {} : { picks: window.picks.result() }),
  };
}

class WhatIfWindow {
  readonly suspicions = new SuspicionLog();
  readonly picks: PickSampler | undefined;
  readonly differing: JudgedProtection[] = [];
  protections = 0;
  readonly #table = new ViewTable();
  readonly #policy: WhatIfPolicy;

  constructor({ from, to, entries, policy, call }: WhatIfOrder) {
    this.#policy = policy;
    for (const [key, entry] of entries) {
      this.#table.put(key, entry);
      this.suspicions.become(key, entry);
    }
    const view = { table: this.#table, position: 0, staleMs: 0, reached: () => Promise.resolve() };
    if (call !== undefined)
      this.picks = new PickSampler({ ...call, reader: new Reader(() => view), from, to, policy });
  }

  take(event: RegistryEvent, key: string): void {
    this.picks?.upTo(event.sequence - 1, toTime(event.atMs));
    const evolved = evolve(this.#table.get(key)?.entry, event);
    if (evolved.kind !== 'changed') return;
    this.#judgeProtection(event);
    this.#table.put(key, evolved.entry);
    this.suspicions.become(key, evolved.entry, event);
  }

  /** By the view as it was right before the event. */
  #judgeProtection(event: RegistryEvent): void {
    const { protection } = this.#policy;
    if (event.type !== eventTypes.verdictExpired && event.type !== eventTypes.protectionEngaged) return;
    const isExpiry = event.type === eventTypes.verdictExpired;
    this.protections += 1;
    const { namespace, service } = event.data;
    const slots = this.#table.service(namespace, service);
    if (protection === undefined || slots === undefined) return;
    // Those that expire out of a protection are let go one by one, whatever its threshold.
    if (isExpiry && engagedProtection(slots) !== undefined) return;
    const count = isExpiry
      ? countService(slots, event.atMs, ({ leaseMs }) => leaseMs > 0)
      : (event.data as ProtectionRecord);
    const { presentCount, goingCount } = count;
    if (isMassExpiry({ presentCount, goingCount }, protection) !== isExpiry) return;
    const { sequence, atMs } = event;
    const was = isExpiry ? 'expired' : 'engaged';
    this.differing.push({ service, sequence, at: toTime(atMs), was, presentCount, goingCount });
  }
}

function judge(suspicion: Suspicion, lease: object, to: HistoricMoment): JudgedSuspicion {
  const { service, instance, incarnation, sequence, signal, end, backAtMs } = suspicion;
  const { whatIf, dueAtMs } = judgeSuspicion(suspicion, lease, fromTime(to.at));
  return {
    service,
    instance,
    incarnation,
    sequence,
    signal,
    was: end?.kind ?? 'open',
    whatIf,
    ...(dueAtMs === undefined ? {} : { dueAt: toTime(dueAtMs) }),
    ...(backAtMs === undefined ? {} : { backAt: toTime(backAtMs) }),
  };
}
