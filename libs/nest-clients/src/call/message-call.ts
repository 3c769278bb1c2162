import type { ReadPacket } from '@nestjs/microservices';
import type { Observer } from 'rxjs';
import { type CallPolicy, RollcallError } from '#contracts';
import { type Picked, remainingMs, type RetryAllowance, type ServiceHandle } from '#client';
import type { LinkFailure } from '../links/link.js';
import type { Links } from '../links/links.js';
import type { MessageClientOptions } from '../options.js';
import { Attempt, type AttemptEnd } from './attempt.js';

const TIMEOUT_MS = 10_000;
const ATTEMPT_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 3;
const CONNECT_TIMEOUT_MS = 1_000;
const PAUSE_MS = 50;

export interface CallParts {
  readonly service: ServiceHandle;
  readonly links: Links;
  readonly allowance: RetryAllowance;
  readonly options: MessageClientOptions;
}

interface Tried {
  readonly instance: string;
  readonly result: string;
}

/** One message on its way to an answer: tries instances until one answers, as far as repeating it is safe. */
export class MessageCall {
  readonly #parts: CallParts;
  readonly #packet: ReadPacket;
  readonly #observer: Observer<unknown>;
  readonly #isIdempotent: boolean;
  readonly #policy: CallPolicy;
  readonly #deadlineAtMs: number;
  readonly #tried: Tried[] = [];
  readonly #avoid = new Set<string>();
  #attempt: Attempt | undefined;
  #arrived = 0;
  #hasValues = false;
  #isCancelled = false;

  constructor(parts: CallParts, packet: ReadPacket, observer: Observer<unknown>) {
    this.#parts = parts;
    this.#packet = packet;
    this.#observer = observer;
    this.#policy = parts.service.policy;
    const { timeoutMs = this.#policy.timeoutMs ?? TIMEOUT_MS } = parts.options;
    // Nothing takes longer than whoever waits for this process.
    this.#deadlineAtMs = performance.now() + Math.min(timeoutMs, remainingMs());
    this.#isIdempotent = isIdempotent(packet.pattern, parts.options.idempotent);
  }

  /** Nobody waits for the answer any more. */
  cancel(): void {
    this.#isCancelled = true;
    this.#attempt?.cancel();
  }

  async run(): Promise<void> {
    const { retryBudgetPercent } = this.#parts.options;
    this.#parts.allowance.earn(retryBudgetPercent ?? this.#policy.retryBudgetPercent);
    try {
      for (;;) {
        const picked = this.#parts.service.pick({ ...this.#wishes(), avoid: this.#avoid });
        const end = await this.#try(picked);
        if (this.#isCancelled) return;
        if (end.kind === 'answered') return this.#observer.complete();
        if (end.kind === 'error') return this.#observer.error(end.error);
        await this.#mayTryAgain(picked, end);
        if (this.#isCancelled) return;
      }
    } catch (error) {
      this.#observer.error(error);
    }
  }

  #wishes() {
    return { protocol: this.#parts.options.nats === undefined ? 'tcp' : 'nats' };
  }

  async #try(picked: Picked): Promise<AttemptEnd> {
    const { links, options } = this.#parts;
    const { attemptTimeoutMs = this.#policy.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS } = options;
    const leftMs = Math.max(1, this.#deadlineAtMs - performance.now());
    const { pattern } = this.#packet;
    this.#attempt = new Attempt({
      picked,
      link: links.to(picked),
      packet: { ...this.#packet, pattern: links.patternFor(picked, pattern) },
      pattern: typeof pattern === 'string' ? pattern : JSON.stringify(pattern),
      connectTimeoutMs: Math.min(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, leftMs),
      silenceMs: Math.min(attemptTimeoutMs, leftMs),
      onValue: (value) => {
        this.#hasValues = true;
        this.#observer.next(value);
      },
    });
    return this.#attempt.ended;
  }

  /** Returns when another attempt may be made; throws when none may. */
  async #mayTryAgain(picked: Picked, { failure }: Extract<AttemptEnd, { kind: 'failed' }>): Promise<void> {
    const { links, options } = this.#parts;
    const { attemptsMax = this.#policy.attemptsMax ?? ATTEMPTS_MAX } = options;
    this.#tried.push({ instance: picked.instance.instance, result: failure.text });
    if (failure.outcome === 'unreachable') links.drop(picked);
    const isRepetition = this.#avoid.has(picked.key);
    this.#avoid.add(picked.key);
    if (failure.mayHaveArrived) this.#arrived += 1;
    if (performance.now() >= this.#deadlineAtMs) throw this.#failed('ROLLCALL_CALL_TIMEOUT');
    if (this.#arrived >= attemptsMax) throw this.#failed('ROLLCALL_CALL_FAILED');
    const isFree = !failure.mayHaveArrived && !isRepetition;
    if (!this.#isSafe(failure) || !(isFree || this.#spend())) throw this.#failed('ROLLCALL_CALL_FAILED');
    // Everybody was tried: a moment later one of them may be there again.
    if (isRepetition) await this.#pause();
  }

  #isSafe({ mayHaveArrived }: LinkFailure): boolean {
    return !this.#hasValues && (this.#isIdempotent || !mayHaveArrived);
  }

  #spend(): boolean {
    const maySpend = this.#parts.allowance.spend();
    if (maySpend) this.#parts.service.noteRetry();
    return maySpend;
  }

  #pause(): Promise<void> {
    const waitMs = PAUSE_MS * 2 ** Math.min(this.#tried.length, 5);
    const leftMs = Math.max(0, Math.min(waitMs, this.#deadlineAtMs - performance.now()));
    return new Promise((resolve) => setTimeout(resolve, leftMs));
  }

  #failed(code: 'ROLLCALL_CALL_FAILED' | 'ROLLCALL_CALL_TIMEOUT'): RollcallError {
    const { service } = this.#parts.service;
    const tried = this.#tried.map(({ instance, result }) => `${instance}: ${result}`).join('; ');
    const pattern = JSON.stringify(this.#packet.pattern);
    const isUnsafe = this.#arrived > 0 && (this.#hasValues || !this.#isIdempotent);
    const unsafe = isUnsafe ? '; it may have arrived, and is not repeated' : '';
    const what = `service "${service}" did not answer ${pattern} (${tried}${unsafe})`;
    return new RollcallError(code, what, { details: { attempts: this.#tried } });
  }
}

function isIdempotent(pattern: unknown, idempotent: MessageClientOptions['idempotent']): boolean {
  if (typeof idempotent !== 'object') return idempotent === true;
  const text = JSON.stringify(pattern);
  return idempotent.some((one) => JSON.stringify(one) === text);
}
