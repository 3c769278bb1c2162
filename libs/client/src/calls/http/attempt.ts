import type { Dispatcher, Pool } from 'undici';
import { openSpan, type SpanPlan, traceFields } from '#tracing';
import type { Picked } from '../pick/picked.js';
import { type AttemptFailure, readFailure } from './failure.js';

/** Something with a status, whole. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Buffer;
}

export interface AttemptOrder {
  readonly picked: Picked;
  readonly pool: Pool;
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
}

export type AttemptResult =
  { readonly answer: ReceivedAnswer } | { readonly failure: AttemptFailure; readonly isTimeout: boolean };

/** One attempt to have a call answered by one instance, which has been told to the balancers. */
export class Attempt {
  readonly picked: Picked;
  /** Never fails: a failure is a result. */
  readonly result: Promise<AttemptResult>;
  readonly #abort = new AbortController();
  #isTimeout = false;
  #isCancelled = false;

  constructor(order: AttemptOrder) {
    this.picked = order.picked;
    this.result = this.#run(order);
  }

  /** Gives it up: its answer is not needed any more. */
  cancel(): void {
    this.#isCancelled = true;
    this.#abort.abort();
  }

  async #run(order: AttemptOrder): Promise<AttemptResult> {
    const open = openSpan(spanOf(order));
    const result = await open.run(() => this.#send(order));
    if ('failure' in result) open.end(new Error(result.failure.text));
    else {
      open.span.setAttribute('http.response.status_code', result.answer.status);
      open.end(result.answer.status >= 400 ? `status ${result.answer.status}` : undefined);
    }
    return result;
  }

  async #send({ pool, picked, timeoutMs, answerBytesMax, ...request }: AttemptOrder): Promise<AttemptResult> {
    const call = picked.begin();
    const headers = { ...request.headers, ...traceFields() };
    const timer = setTimeout(() => {
      this.#isTimeout = true;
      this.#abort.abort();
    }, timeoutMs);
    try {
      const { signal } = this.#abort;
      const { statusCode, headers: answered, body } = await pool.request({ ...request, headers, signal });
      const answer = {
        status: statusCode,
        headers: answered,
        body: await wholeBody(body, answerBytesMax),
      };
      call.end(statusCode >= 500 ? 'failed' : 'answered');
      return { answer };
    } catch (error) {
      const failure = this.#read(error, timeoutMs);
      call.end(failure.outcome, failure.text);
      return { failure, isTimeout: this.#isTimeout };
    } finally {
      clearTimeout(timer);
    }
  }

  #read(error: unknown, timeoutMs: number): AttemptFailure {
    const mayHaveArrived = true;
    if (this.#isCancelled) return { outcome: 'abandoned', mayHaveArrived, text: 'given up', error };
    if (this.#isTimeout)
      return { outcome: 'failed', mayHaveArrived, text: `no answer in ${Math.round(timeoutMs)} ms`, error };
    return readFailure(error);
  }
}

/** Names and attributes follow the semantic conventions of OpenTelemetry for HTTP clients. */
function spanOf({ picked, method, path }: AttemptOrder): SpanPlan {
  const { instance, endpoint } = picked;
  const { protocol, address, port } = endpoint;
  return {
    name: method,
    kind: 'client',
    attributes: {
      'http.request.method': method,
      'url.full': `${protocol}://${address}:${port}${path}`,
      'server.address': address ?? '',
      'server.port': port ?? 0,
      'peer.service': instance.service,
      'rollcall.instance': instance.instance,
    },
  };
}

/** By events, because iterating costs a small answer more than all the rest of the call. */
function wholeBody(body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    body.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bytesMax) body.destroy(new Error(`the answer is larger than ${bytesMax} bytes`));
      else chunks.push(chunk);
    });
    body.once('error', reject);
    body.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
  });
}
