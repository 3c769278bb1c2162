import { addLatency, type CallSummary, emptySummary } from '#domain';
import type { CallOutcome } from '../pick/circuit.js';

/** Told of every attempt to call a service, as it ends. */
export interface CallListener {
  onCall(service: string, outcome: CallOutcome, latencyMs: number): void;
  onRetry(service: string): void;
}

/** Counts the calls of this process to one service since it was last asked. */
export class CallTally {
  readonly service: string;
  readonly #listener: CallListener | undefined;
  #summary: CallSummary = emptySummary();

  constructor(service: string, listener?: CallListener) {
    this.service = service;
    this.#listener = listener;
  }

  ended(outcome: CallOutcome, latencyMs: number): void {
    this.#listener?.onCall(this.service, outcome, latencyMs);
    if (outcome === 'abandoned') return;
    this.#summary.calls += 1;
    if (outcome !== 'answered') this.#summary.errors += 1;
    addLatency(this.#summary.latency, latencyMs);
  }

  retried(): void {
    this.#listener?.onRetry(this.service);
    this.#summary.retries += 1;
  }

  /** What was counted since this was last asked; undefined when nobody called. */
  take(): CallSummary | undefined {
    if (this.#summary.calls === 0 && this.#summary.retries === 0) return undefined;
    const taken = this.#summary;
    this.#summary = emptySummary();
    return taken;
  }
}
