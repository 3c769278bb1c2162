import { RollcallError } from '#contracts';
import type { ServiceHandle, ServiceOptions } from '../pick/service-handle.js';
import { RetryAllowance } from '../retry-allowance.js';
import { Attempt, type AttemptResult, type ReceivedAnswer } from './attempt.js';
import { type CallPlan, joinPath, planCall } from './call-plan.js';
import { TIMEOUT_HEADER } from './deadline.js';
import { InstancePools } from './instance-pools.js';
import type { HttpAnswer, HttpAttempt, HttpCallerOptions, HttpRequest } from './options.js';
import { pause, timeUp } from './waiting.js';

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
/** Statuses that say "not now" or "not me": another instance may well answer. */
const passing = new Set([502, 503, 504]);
const PAUSE_MS = 50;

/** What a call has been through. */
interface Journey {
  readonly plan: CallPlan;
  readonly request: HttpRequest;
  readonly attempts: HttpAttempt[];
  /** Instances tried in vain. */
  readonly avoid: Set<string>;
  /** Attempts that may have reached an instance. */
  arrived: number;
}

/**
 * Calls one service over HTTP. Each call goes to an instance chosen for it; one that cannot be reached costs the caller
 * nothing while another can.
 */
export class HttpCaller {
  readonly service: ServiceHandle;
  readonly #options: HttpCallerOptions;
  readonly #pools: InstancePools;
  readonly #allowance = new RetryAllowance();
  #revision = -1;

  constructor(service: ServiceHandle, options: HttpCallerOptions) {
    this.service = service;
    this.#options = options;
    this.#pools = new InstancePools(options);
  }

  get(path: string, request: Omit<HttpRequest, 'method' | 'path'> = {}): Promise<HttpAnswer> {
    return this.request({ ...request, path });
  }

  /** @param json sent as JSON */
  post(path: string, json: unknown, request: Omit<HttpRequest, 'method' | 'path'> = {}): Promise<HttpAnswer> {
    return this.request({ ...request, method: 'POST', path, json });
  }

  /**
   * The answer of an instance, whatever its status.
   * @throws ROLLCALL_CALL_FAILED, ROLLCALL_CALL_TIMEOUT, what `ServiceHandle.pick` throws, and the reason of a signal
   *   that gave the call up
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    request.signal?.throwIfAborted();
    await this.service.ready(this.#options.timeoutMs);
    const plan = planCall(request, this.#options, this.service.policy);
    this.#allowance.earn(plan.budgetPercent);
    const journey: Journey = { plan, request, attempts: [], avoid: new Set(), arrived: 0 };
    for (;;) {
      const answer = await this.#try(journey);
      if (answer !== undefined) return answer;
    }
  }

  /** Lets calls under way finish, for so long; then ends them. */
  close(timeoutMs = 5_000): Promise<void> {
    return this.#pools.close(timeoutMs);
  }

  /** One round. Undefined: it failed, and is to be repeated. */
  async #try(journey: Journey): Promise<HttpAnswer | undefined> {
    const { plan, request, avoid } = journey;
    if (plan.deadlineAtMs <= performance.now()) throw timeUp(this.service.service, journey);
    const { attempt, result } = await this.#race(journey);
    request.signal?.throwIfAborted();
    const isRepetition = avoid.has(attempt.picked.key);
    avoid.add(attempt.picked.key);
    if ('answer' in result) {
      const mayRepeat = passing.has(result.answer.status) && this.#mayRepeat(journey);
      return mayRepeat ? undefined : answerOf(result.answer, attempt, journey);
    }
    const { failure } = result;
    const isFree = !failure.mayHaveArrived && !isRepetition;
    // What keeps failing in vain has to end too.
    if (isRepetition && !failure.mayHaveArrived) journey.arrived += 1;
    if (!isFree && !this.#mayRepeat(journey, !failure.mayHaveArrived)) {
      if (plan.deadlineAtMs <= performance.now()) throw timeUp(this.service.service, journey);
      throw this.#failed(journey, failure.error);
    }
    // Everybody was tried: a moment later one of them may be there again.
    if (isRepetition) await pause(PAUSE_MS * 2 ** Math.min(journey.attempts.length, 5), plan.deadlineAtMs);
    return undefined;
  }

  /** Whether a call that may have reached an instance may be made once more. */
  #mayRepeat({ plan, arrived }: Journey, isSafe = false): boolean {
    if (!plan.isIdempotent && !isSafe) return false;
    if (arrived >= plan.attemptsMax || plan.deadlineAtMs <= performance.now()) return false;
    return this.#spend();
  }

  #spend(): boolean {
    const maySpend = this.#allowance.spend();
    if (maySpend) this.service.noteRetry();
    return maySpend;
  }

  /** One attempt, or with hedging two: the first good answer counts, and the other attempt is given up. */
  async #race(journey: Journey): Promise<{ readonly attempt: Attempt; readonly result: AttemptResult }> {
    const { hedgeAfterMs, isIdempotent, deadlineAtMs } = journey.plan;
    const first = this.#start(journey, journey.avoid);
    const giveUp = (): void => first.cancel();
    journey.request.signal?.addEventListener('abort', giveUp, { once: true });
    try {
      if (hedgeAfterMs === undefined || !isIdempotent) return settled(first, await first.result, journey);
      const early = await Promise.race([first.result, pause(hedgeAfterMs, deadlineAtMs)]);
      if (early !== undefined) return settled(first, early, journey);
      if (!this.#spend()) return settled(first, await first.result, journey);
      const second = this.#start(journey, new Set([...journey.avoid, first.picked.key]));
      return await firstGood([first, second], journey);
    } finally {
      journey.request.signal?.removeEventListener('abort', giveUp);
    }
  }

  #start({ plan, request }: Journey, avoid: ReadonlySet<string>): Attempt {
    const { headers, method, body } = plan;
    this.#dropStrangers();
    const picked = this.service.pick({ ...request.pick, protocol: 'http,https', headers, avoid });
    const leftMs = Math.max(1, plan.deadlineAtMs - performance.now());
    const timeoutMs = Math.min(plan.attemptTimeoutMs, leftMs);
    return new Attempt({
      picked,
      pool: this.#pools.get(picked.key, picked.endpoint),
      method,
      path: joinPath(picked.endpoint.path, plan.path),
      headers: { ...headers, [TIMEOUT_HEADER]: String(Math.ceil(timeoutMs)) },
      body,
      timeoutMs,
      answerBytesMax: this.#options.answerBytesMax ?? ANSWER_BYTES_MAX,
    });
  }

  /** Connections to instances the view has let go are closed as soon as their calls are over. */
  #dropStrangers(): void {
    const { revision } = this.service;
    if (revision === this.#revision) return;
    this.#revision = revision;
    this.#pools.keepOnly(this.service.presentKeys());
  }

  #failed({ attempts, plan }: Journey, cause: unknown): RollcallError {
    const tried = attempts.map(({ instance, result }) => `${instance}: ${result}`).join('; ');
    const unsafe = plan.isIdempotent ? '' : `; ${plan.method} is not repeated once it may have arrived`;
    const what = `service "${this.service.service}" did not answer ${plan.method} ${plan.path} (${tried}${unsafe})`;
    return new RollcallError('ROLLCALL_CALL_FAILED', what, { details: { attempts }, cause });
  }
}

/** What of the options concerns the choice of an instance. */
export function serviceOptionsOf(options: HttpCallerOptions): ServiceOptions {
  const {
    timeoutMs: _timeoutMs,
    attemptTimeoutMs: _attemptTimeoutMs,
    attemptsMax: _attemptsMax,
    retryBudgetPercent: _retryBudgetPercent,
    hedgeAfterMs: _hedgeAfterMs,
    connectionsMax: _connectionsMax,
    connectTimeoutMs: _connectTimeoutMs,
    answerBytesMax: _answerBytesMax,
    tls: _tls,
    ...rest
  } = options;
  return rest;
}

function settled(attempt: Attempt, result: AttemptResult, journey: Journey) {
  const text = 'answer' in result ? String(result.answer.status) : result.failure.text;
  journey.attempts.push({ instance: attempt.picked.instance.instance, result: text });
  if ('answer' in result || result.failure.mayHaveArrived) journey.arrived += 1;
  return { attempt, result };
}

async function firstGood(attempts: readonly [Attempt, Attempt], journey: Journey) {
  const [first, second] = attempts;
  const giveUp = (): void => second.cancel();
  journey.request.signal?.addEventListener('abort', giveUp, { once: true });
  const named = attempts.map(async (attempt) => ({ attempt, result: await attempt.result }));
  const winner = await Promise.race(named);
  journey.request.signal?.removeEventListener('abort', giveUp);
  const other = winner.attempt === first ? second : first;
  if (isGood(winner.result)) {
    other.cancel();
    return settled(winner.attempt, winner.result, journey);
  }
  settled(winner.attempt, winner.result, journey);
  journey.avoid.add(winner.attempt.picked.key);
  return settled(other, await other.result, journey);
}

function isGood(result: AttemptResult): boolean {
  return 'answer' in result && !passing.has(result.answer.status);
}

function answerOf(
  { status, headers, body }: ReceivedAnswer,
  { picked }: Attempt,
  { attempts }: Journey,
): HttpAnswer {
  return {
    status,
    ok: status >= 200 && status < 300,
    headers,
    body,
    instance: picked.instance.instance,
    attempts,
    sequence: picked.sequence,
    isStale: picked.isStale,
    text: () => body.toString('utf8'),
    json: () => JSON.parse(body.toString('utf8')) as unknown,
  };
}
