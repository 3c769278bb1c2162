import { costAfter, type Experience, slowStartShare, type Standing } from '#domain';
import { type CallOutcome, Circuit } from './circuit.js';

/** What this process knows of one incarnation of an instance from its own calls. */
export class Acquaintance implements Experience {
  readonly #circuit: Circuit;
  /** When it was first seen among the candidates; -Infinity when it was there before anybody looked. */
  readonly metAtMs: number;
  inFlight = 0;
  costMs = 0;
  costAtMs = 0;

  constructor(metAtMs: number, onChange: () => void) {
    this.metAtMs = metAtMs;
    this.#circuit = new Circuit(onChange);
  }

  standing(nowMs: number): Standing {
    return this.#circuit.standing(nowMs);
  }

  share(nowMs: number, slowStartMs: number): number {
    return slowStartShare(nowMs - this.metAtMs, slowStartMs);
  }

  /** When a roster with this instance has to be drawn up anew although nothing happened. */
  changesAtMs(nowMs: number, slowStartMs: number): number {
    const isNew = nowMs - this.metAtMs < slowStartMs;
    return Math.min(this.#circuit.changesAtMs(nowMs), isNew ? nowMs + slowStartMs / 20 : Infinity);
  }

  /** A call began now. Hand its outcome to the function returned, which returns how long it took, in ms. */
  begin(): (outcome: CallOutcome) => number {
    const startedAtMs = performance.now();
    const report = this.#circuit.begin();
    this.inFlight += 1;
    let latencyMs: number | undefined;
    return (outcome) => {
      if (latencyMs !== undefined) return latencyMs;
      const nowMs = performance.now();
      latencyMs = nowMs - startedAtMs;
      this.inFlight -= 1;
      report(outcome);
      this.#learn(outcome, latencyMs, nowMs);
      return latencyMs;
    };
  }

  /** An instance that fails quickly must not look fast: only a slow failure says something of its speed. */
  #learn(outcome: CallOutcome, latencyMs: number, nowMs: number): void {
    if (outcome !== 'answered' && latencyMs < this.costMs) return;
    this.costMs = costAfter(this, latencyMs, nowMs);
    this.costAtMs = nowMs;
  }
}
