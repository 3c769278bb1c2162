import { isDeepStrictEqual } from 'node:util';
import { explainCall } from '../reader/explain-call.js';
import type { Reader } from '../reader/reader.js';
import type { HistoricMoment } from './find-moment.js';
import type { WhatIfPolicy } from './what-if-input.js';

/** Where calls go under one policy: the rule, the share of each instance in percent, or why nowhere. */
export interface PickOutcome {
  readonly rule?: string;
  readonly shares: Readonly<Record<string, number>>;
  readonly problem?: string;
}

/** A moment at which two policies differ. */
export interface PickSample {
  readonly sequence: number;
  readonly at: string;
  readonly was: PickOutcome;
  readonly whatIf: PickOutcome;
}

export interface PickSamplerParts {
  /** Reads the view as it stands while the window is folded. */
  readonly reader: Reader;
  readonly namespace: string;
  readonly service: string;
  readonly caller: string;
  readonly samples: number;
  readonly from: HistoricMoment;
  readonly to: HistoricMoment;
  readonly policy: WhatIfPolicy;
}

/** Tries a call at moments evenly spread over a window, under the policy of then and another one. */
export class PickSampler {
  readonly #due: number[];
  readonly #differing: PickSample[] = [];
  #total = 0;

  constructor(private readonly parts: PickSamplerParts) {
    const { from, to, samples } = parts;
    const step = (to.sequence - from.sequence) / Math.max(1, samples - 1);
    const places = Array.from({ length: samples }, (_, index) => from.sequence + Math.round(index * step));
    this.#due = [...new Set(places)];
  }

  /** Takes the samples up to a sequence; the view stands as it did after it. */
  upTo(sequence: number, at: string): void {
    for (let due = this.#due[0]; due !== undefined && due <= sequence; due = this.#due[0]) {
      this.#due.shift();
      this.#total += 1;
      const [was, whatIf] = [this.#outcome(false), this.#outcome(true)];
      if (!isDeepStrictEqual(was, whatIf)) this.#differing.push({ sequence: due, at, was, whatIf });
    }
  }

  result(): { readonly total: number; readonly differing: readonly PickSample[] } {
    return { total: this.#total, differing: this.#differing };
  }

  #outcome(isOther: boolean): PickOutcome {
    const { reader, namespace, service, caller, policy } = this.parts;
    const { calls, routes } = policy;
    const other = { ...(calls && { calls }), ...(routes && { routes }) };
    const question = { namespace, service, caller, chance: 0, ...(isOther ? { policy: other } : {}) };
    const { rule, candidates, problem } = explainCall(reader, question);
    const shares = candidates.filter(({ sharePercent }) => sharePercent > 0);
    return {
      ...(rule === undefined ? {} : { rule }),
      shares: Object.fromEntries(shares.map(({ instance, sharePercent }) => [instance, sharePercent])),
      ...(problem === undefined ? {} : { problem: problem.code }),
    };
  }
}
