import type { JsMsg } from '@nats-io/jetstream';
import type { Logger } from '@nestjs/common';
import { errorText } from '#contracts';
import { JetStreamContext, type Settlement } from '../context.js';
import type { HandlerPlan } from '../options.js';
import { waitMsAfter } from '../plan.js';
import { isPoison, reasonOf } from '../poison.js';
import type { MessageReader } from '../read/read-message.js';
import { type DeadLetters, type DeadReason, oneLine } from './dead-letters.js';

/** Runs the handler of an event; rejects when it fails. */
type RunHandler = (payload: unknown, context: JetStreamContext) => Promise<void>;

export interface DeliveryParts {
  readonly plan: HandlerPlan;
  readonly run: RunHandler;
  readonly read: MessageReader;
  /** Undefined: what is given up is only marked as terminated. */
  readonly deadLetters: DeadLetters | undefined;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly counts: Record<'handled' | 'retried' | 'deadLettered', number>;
}

/** One try of one event: runs the handler, keeps the event from being delivered elsewhere meanwhile, settles it. */
export class Delivery {
  readonly #abort = new AbortController();
  #settling: Promise<void> | undefined;

  constructor(
    private readonly message: JsMsg,
    private readonly parts: DeliveryParts,
  ) {}

  /** Resolves when the handler has ended or ran out of time, and the event is settled. Never rejects. */
  async handle(): Promise<void> {
    const { plan, run, read } = this.parts;
    const { message } = this;
    if (message.info.deliveryCount > plan.maxDeliveries) {
      const text = `delivered ${plan.maxDeliveries} times and never settled; the process may have died of it`;
      return this.#settle({ how: 'dead-letter', reason: text }, 'unsettled');
    }
    let payload: unknown;
    try {
      payload = read(message);
    } catch (error) {
      return this.#settle(
        { how: 'dead-letter', reason: `the body cannot be read: ${errorText(error)}` },
        'poison',
      );
    }
    const context = new JetStreamContext(message, this.#abort.signal, (settlement) => {
      void this.#settle(settlement, 'poison');
    });
    const keepAlive = setInterval(() => message.working(), plan.ackWaitMs / 3);
    try {
      await this.#inTime(run(payload, context));
      await this.#settle({ how: 'ack' });
    } catch (error) {
      await this.#failed(error);
    } finally {
      clearInterval(keepAlive);
    }
  }

  /** Gives the event back, to be delivered to somebody else at once. */
  giveBack(): void {
    void this.#settle({ how: 'retry', afterMs: 0 });
    this.#abort.abort(new Error('the transport is shutting down'));
  }

  /** Waits for the handler no longer than it may take, nor than the transport lives. */
  async #inTime(running: Promise<void>): Promise<void> {
    const { handlerTimeoutMs } = this.parts.plan;
    const { signal } = this.#abort;
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    const timer = setTimeout(() => {
      this.#abort.abort(new Error(`the handler did not end in ${handlerTimeoutMs} ms`));
    }, handlerTimeoutMs);
    await Promise.race([running, aborted]).finally(() => clearTimeout(timer));
  }

  async #failed(error: unknown): Promise<void> {
    const { plan, logger } = this.parts;
    const { deliveryCount, streamSequence } = this.message.info;
    const reason = reasonOf(error);
    if (this.#settling !== undefined) {
      logger.warn(
        `${plan.consumer}: event ${streamSequence} was settled before its handler failed: ${reason}`,
      );
      return this.#settling;
    }
    if (isPoison(error)) return this.#settle({ how: 'dead-letter', reason }, 'poison');
    if (deliveryCount >= plan.maxDeliveries) return this.#settle({ how: 'dead-letter', reason }, 'failed');
    logger.warn(
      `${plan.consumer}: try ${deliveryCount} of ${plan.maxDeliveries} of event ${streamSequence} failed: ${reason}`,
    );
    return this.#settle({ how: 'retry', afterMs: undefined });
  }

  /** The first settlement counts. */
  #settle(settlement: Settlement, kind: DeadReason = 'failed'): Promise<void> {
    this.#settling ??= this.#settleNow(settlement, kind);
    return this.#settling;
  }

  async #settleNow(settlement: Settlement, kind: DeadReason): Promise<void> {
    const { plan, counts } = this.parts;
    if (settlement.how === 'ack') {
      counts.handled += 1;
      this.message.ack();
    } else if (settlement.how === 'retry') {
      counts.retried += 1;
      this.message.nak(settlement.afterMs ?? waitMsAfter(this.message.info.deliveryCount, plan.backoffMs));
    } else await this.#giveUp(kind, settlement.reason);
  }

  /** Nothing is given up before its dead letter is stored. */
  async #giveUp(kind: DeadReason, reason: string): Promise<void> {
    const { plan, deadLetters, logger, counts } = this.parts;
    const { message } = this;
    const what = `event ${message.info.streamSequence} on "${message.subject}"`;
    try {
      await deadLetters?.publish({ message, kind, reason });
    } catch (error) {
      logger.error(`${plan.consumer}: the dead letter of ${what} could not be stored: ${errorText(error)}`);
      message.nak(plan.backoffMs.at(-1));
      return;
    }
    counts.deadLettered += 1;
    message.term(oneLine(reason));
    logger.error(`${plan.consumer}: ${what} was given up (${kind}): ${reason}`);
  }
}
