import { type Endpoint, incarnationKey, type IncarnationId, type InstanceView } from '#contracts';
import type { Candidate } from '#domain';
import type { CallTally } from '../governance/call-tally.js';
import type { Acquaintance } from './acquaintance.js';
import type { CallOutcome } from './circuit.js';

/** What a call under way owes the balancers: its outcome. */
export interface StartedCall {
  /**
   * The call is over. Only the first outcome counts. `unreachable` ejects the instance at once, and tells the
   * registry of it, which looks after the instance.
   * @param detail what went wrong, for the registry
   * @returns how long it took, in ms
   */
  end(outcome: CallOutcome, detail?: string): number;
}

/** Who is told of the calls. */
export interface CallListeners {
  readonly tally: CallTally;
  readonly report: ReportFailedCall;
}

export type ReportFailedCall = (id: IncarnationId, detail?: string) => boolean;

/** How far what is known can be trusted. */
export interface Knowledge {
  /** Journal sequence the choice reflects. */
  readonly sequence: number;
  /** Time since the view was last heard of, in ms. */
  readonly staleMs: number;
  /** True when nothing was heard for several beacons: the choice is from the last known view. */
  readonly isStale: boolean;
}

/** An instance to call now. Pick anew for each call. */
export class Picked implements Knowledge {
  readonly sequence: number;
  readonly staleMs: number;
  readonly isStale: boolean;
  readonly #candidate: Candidate;
  readonly #acquaintance: Acquaintance;
  readonly #listeners: CallListeners;

  constructor(candidate: Candidate, acquaintance: Acquaintance, known: Knowledge, listeners: CallListeners) {
    this.#candidate = candidate;
    this.#acquaintance = acquaintance;
    this.#listeners = listeners;
    this.sequence = known.sequence;
    this.staleMs = known.staleMs;
    this.isStale = known.isStale;
  }

  get instance(): InstanceView {
    return this.#candidate.view;
  }

  /** The way to it, by the protocol that was asked for. */
  get endpoint(): Endpoint {
    return this.#candidate.endpoint;
  }

  /** Names this incarnation of the instance in `avoid`. */
  get key(): string {
    return this.#candidate.key;
  }

  /** Calls of this process that are under way to it. */
  get inFlight(): number {
    return this.#acquaintance.inFlight;
  }

  /**
   * Says that a call to it begins now. From then on balancers count it, until its outcome is told; who only picks
   * and never says so is balanced by weight alone.
   */
  begin(): StartedCall {
    const end = this.#acquaintance.begin();
    const { tally, report } = this.#listeners;
    let isOver = false;
    return {
      end: (outcome, detail) => {
        const latencyMs = end(outcome);
        if (isOver) return latencyMs;
        isOver = true;
        tally.ended(outcome, latencyMs);
        if (outcome === 'unreachable') report(this.#candidate.view, detail);
        return latencyMs;
      },
    };
  }

  toString(): string {
    return incarnationKey(this.#candidate.view);
  }
}
