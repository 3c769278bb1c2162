import type { ReadPacket } from '@nestjs/microservices';
import type { Subscription } from 'rxjs';
import { type Picked, type StartedCall, TIMEOUT_HEADER } from '#client';
import { type OpenSpan, openSpan, type SpanPlan, traceFields } from '#tracing';
import type { Link, LinkFailure } from '../links/link.js';

export interface AttemptOrder {
  readonly picked: Picked;
  readonly link: Link;
  readonly packet: ReadPacket;
  /** What the span is called after: the pattern as the caller gave it. */
  readonly pattern: string;
  readonly connectTimeoutMs: number;
  readonly silenceMs: number;
  readonly onValue: (value: unknown) => void;
}

/** What an attempt came to. */
export type AttemptEnd =
  | { readonly kind: 'answered' }
  /** The handler failed, or the caller's own data: another instance would do no better. */
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly failure: LinkFailure };

/** One attempt to have a message answered by one instance. */
export class Attempt {
  readonly #order: AttemptOrder;
  readonly #call: StartedCall;
  readonly #span: OpenSpan;
  /** Never rejects. */
  readonly ended: Promise<AttemptEnd>;
  #resolve: (end: AttemptEnd) => void = () => undefined;
  #subscription: Subscription | undefined;
  #silence: NodeJS.Timeout | undefined;
  #hasValue = false;
  #isOver = false;

  constructor(order: AttemptOrder) {
    this.#order = order;
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    this.#call = order.picked.begin();
    this.#span = openSpan(spanOf(order));
    void this.#span.run(() => this.#send());
  }

  /** Nobody waits for more of it. Who waited for one value only has been answered. */
  cancel(): void {
    const failure: LinkFailure = { outcome: 'abandoned', mayHaveArrived: true, text: 'given up' };
    this.#end(this.#hasValue ? { kind: 'answered' } : { kind: 'failed', failure });
  }

  /** The first end counts, and the balancers know it at once. */
  #end(end: AttemptEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#silence);
    this.#subscription?.unsubscribe();
    if (end.kind === 'failed') {
      this.#call.end(end.failure.outcome, end.failure.text);
      this.#span.end(new Error(end.failure.text));
    } else {
      this.#call.end('answered');
      this.#span.end(end.kind === 'error' ? end.error : undefined);
    }
    this.#resolve(end);
  }

  async #send(): Promise<void> {
    const { link, packet, onValue, silenceMs } = this.#order;
    const fields = { ...traceFields(), [TIMEOUT_HEADER]: String(Math.ceil(silenceMs)) };
    if (!(await this.#opened())) return;
    this.#awaitValue();
    const subscription = link.request({ ...packet, fields }).subscribe({
      next: (value) => {
        this.#hasValue = true;
        this.#awaitValue();
        onValue(value);
      },
      error: (error: unknown) => {
        const failure = link.failureOf(error);
        this.#end(failure === undefined ? { kind: 'error', error } : { kind: 'failed', failure });
      },
      complete: () => this.#end({ kind: 'answered' }),
    });
    // It may have ended while it was being sent.
    if (this.#isOver) subscription.unsubscribe();
    else this.#subscription = subscription;
  }

  /** @returns false when there is nothing to go on with */
  async #opened(): Promise<boolean> {
    const { link, connectTimeoutMs } = this.#order;
    const late = setTimeout(() => {
      const failure = link.openFailureOf(new Error(`no connection in ${connectTimeoutMs} ms`));
      this.#end({ kind: 'failed', failure });
    }, connectTimeoutMs);
    try {
      await link.open();
    } catch (error) {
      this.#end({ kind: 'failed', failure: link.openFailureOf(error) });
      return false;
    } finally {
      clearTimeout(late);
    }
    return !this.#isOver;
  }

  #awaitValue(): void {
    if (this.#isOver) return;
    const { silenceMs } = this.#order;
    clearTimeout(this.#silence);
    const text = `no answer in ${Math.round(silenceMs)} ms`;
    const failure: LinkFailure = { outcome: 'failed', mayHaveArrived: true, text };
    this.#silence = setTimeout(() => this.#end({ kind: 'failed', failure }), silenceMs);
  }
}

function spanOf({ picked, pattern }: AttemptOrder): SpanPlan {
  const { instance, endpoint } = picked;
  return {
    name: `${instance.service}/${pattern}`,
    kind: 'client',
    attributes: {
      'rpc.system': 'nest',
      'rpc.service': instance.service,
      'rpc.method': pattern,
      'rollcall.instance': instance.instance,
      ...(endpoint.address === undefined ? {} : { 'server.address': endpoint.address }),
      ...(endpoint.port === undefined ? {} : { 'server.port': endpoint.port }),
    },
  };
}
