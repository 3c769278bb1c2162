import {
  type CircuitBreakerPolicy,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhen,
  type IBreaker,
  SamplingBreaker,
} from 'cockatiel';
import type { Standing } from '#domain';

/** What became of a call, as far as it speaks for or against the instance. */
export type CallOutcome =
  /** The instance answered as one that is well. */
  | 'answered'
  /** It answered that something is wrong with it (HTTP 5xx), answered nonsense, or did not answer in time. */
  | 'failed'
  /** There was no connection, or it broke. */
  | 'unreachable'
  /** The caller gave up for reasons of its own. */
  | 'abandoned';

const CONSECUTIVE_FAILURES = 5;
/** Also opens when half of the calls of ten seconds fail, once there are two a second. */
const SAMPLING = { threshold: 0.5, duration: 10_000, minimumRps: 2 };
/** The first time out is this long, each further one twice as long as the one before. */
const OUT_MS = 1_000;
const OUT_MS_MAX = 30_000;
/** While one call tries whether a failing instance is well again, the others wait so long for what it finds. */
const TRIAL_MS = 5_000;
const MARGIN_MS = 2;

class Outcome extends Error {}
class Abandoned extends Error {}
/** A call the caller gave up says nothing of the instance, neither good nor bad. */
const speaksAgainstIt = handleWhen((error) => error instanceof Outcome);

/** Opens on many failures in a row or on too large a share of them, whichever comes first. */
class EitherBreaker implements IBreaker {
  readonly #breakers: readonly IBreaker[] = [
    new ConsecutiveBreaker(CONSECUTIVE_FAILURES),
    new SamplingBreaker(SAMPLING),
  ];

  get state(): unknown {
    return this.#breakers.map(({ state }) => state);
  }

  set state(states: unknown) {
    this.#breakers.forEach((breaker, index) => (breaker.state = (states as unknown[])[index]));
  }

  success(state: CircuitState): void {
    for (const breaker of this.#breakers) breaker.success(state);
  }

  failure(state: CircuitState): boolean {
    return this.#breakers.map((breaker) => breaker.failure(state)).includes(true);
  }
}

/**
 * Keeps one caller away from one instance that does it no good: at once and for a while after a connection that
 * failed, and by a circuit breaker after failed answers. It is asked, it does not forbid: with nobody better there, an
 * instance that is out is called all the same, and an answer lets it in again.
 */
export class Circuit {
  readonly #breaker: CircuitBreakerPolicy;
  readonly #onChange: () => void;
  #failingUntilMs = 0;
  #unreachableUntilMs = 0;
  #unreachableCount = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#breaker = circuitBreaker(speaksAgainstIt, {
      breaker: new EitherBreaker(),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => this.#startFailing(attempt)),
    });
    this.#breaker.onHalfOpen(() => this.#failUntil(performance.now() + TRIAL_MS));
    this.#breaker.onReset(() => this.#failUntil(0));
  }

  standing(nowMs: number): Standing {
    if (this.#unreachableUntilMs > nowMs) return 'unreachable';
    return this.#failingUntilMs > nowMs ? 'failing' : 'well';
  }

  /** When the standing may change by time alone; Infinity when it does not. */
  changesAtMs(nowMs: number): number {
    const times = [this.#unreachableUntilMs, this.#failingUntilMs].filter((atMs) => atMs > nowMs);
    return Math.min(...times);
  }

  /** A call began. Hand its outcome to the function returned, once. */
  begin(): (outcome: CallOutcome) => void {
    const { promise, resolve, reject } = deferred();
    // It says what is known of the call only; the call itself is in other hands. An open circuit does not even listen.
    promise.catch(() => undefined);
    this.#breaker.execute(() => promise).catch(() => undefined);
    return (outcome) => {
      if (outcome === 'failed' || outcome === 'unreachable') reject(new Outcome(outcome));
      else if (outcome === 'abandoned') reject(new Abandoned());
      else resolve();
      if (outcome === 'unreachable') this.#eject();
      else if (outcome === 'answered') this.#readmit();
    };
  }

  #startFailing(attempt: number): number {
    const outMs = outFor(attempt);
    this.#failUntil(performance.now() + outMs + MARGIN_MS);
    return outMs;
  }

  #failUntil(atMs: number): void {
    this.#failingUntilMs = atMs;
    this.#onChange();
  }

  #eject(): void {
    const nowMs = performance.now();
    // Calls that were under way together fail together: that is one reason, not many.
    if (this.#unreachableUntilMs > nowMs) return;
    this.#unreachableCount += 1;
    this.#unreachableUntilMs = nowMs + outFor(this.#unreachableCount);
    this.#onChange();
  }

  /** An answer is the best proof, whoever had given up hope. */
  #readmit(): void {
    if (this.#unreachableCount > 0) {
      this.#unreachableCount = 0;
      this.#unreachableUntilMs = 0;
      this.#onChange();
    }
    if (this.#breaker.state === CircuitState.Open) this.#breaker.isolate().dispose();
  }
}

function outFor(attempt: number): number {
  return Math.min(OUT_MS_MAX, OUT_MS * 2 ** (attempt - 1));
}

function deferred() {
  let resolve!: () => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
