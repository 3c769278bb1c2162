import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { errorText } from '#contracts';
import { Delivery, type DeliveryParts } from '../settle/delivery.js';

/** A pull request waits so long for events before it is made anew. */
const PULL_EXPIRES_MS = 5_000;
const TROUBLE_WAIT_MS = 250;

/**
 * Takes the events of one durable consumer. It asks the broker for as many as it has free hands, so that nothing
 * waits in this process while another replica is idle.
 */
export class Worker {
  readonly #parts: DeliveryParts;
  readonly #openConsumer: () => Promise<Consumer>;
  readonly #running = new Map<Delivery, Promise<void>>();
  readonly #pulls = new Set<ConsumerMessages>();
  readonly #waiting: JsMsg[] = [];
  #asked = 0;
  #isStopped = false;
  #wake: () => void = () => undefined;
  #trouble: Error | undefined;
  #toldTrouble: string | undefined;
  #loop: Promise<void> | undefined;

  constructor(parts: DeliveryParts, openConsumer: () => Promise<Consumer>) {
    this.#parts = parts;
    this.#openConsumer = openConsumer;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  start(consumer: Consumer): void {
    this.#loop = this.#take(consumer);
  }

  /** What was asked for was asked for on a connection that is gone. */
  onReconnect(): void {
    for (const pull of this.#pulls) void pull.close();
  }

  /** Takes nothing more, lets handlers end, and gives back what does not in time. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopped = true;
    for (const pull of this.#pulls) void pull.close();
    this.#wake();
    await this.#loop;
    for (const message of this.#waiting.splice(0)) message.nak(0);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([Promise.all(this.#running.values()), late]).finally(() => clearTimeout(timer));
    for (const delivery of this.#running.keys()) delivery.giveBack();
  }

  async #take(first: Consumer): Promise<void> {
    let consumer = first;
    while (!this.#isStopped) {
      const { concurrency } = this.#parts.plan;
      const free = concurrency - this.#running.size - this.#waiting.length - this.#asked;
      if (this.#trouble !== undefined) consumer = await this.#recover(consumer, this.#trouble);
      // Half is enough to ask for more: one request for each event would cost a round trip each.
      else if (free > 0 && this.#asked <= concurrency / 2) await this.#ask(consumer, free);
      else await this.#woken();
    }
  }

  async #ask(consumer: Consumer, count: number): Promise<void> {
    try {
      const pull = await consumer.fetch({ max_messages: count, expires: PULL_EXPIRES_MS });
      this.#asked += count;
      void this.#receive(pull, count);
    } catch (error) {
      this.#trouble = error as Error;
    }
  }

  async #receive(pull: ConsumerMessages, count: number): Promise<void> {
    let left = count;
    this.#pulls.add(pull);
    try {
      for await (const message of pull) {
        if (left > 0) this.#asked -= 1;
        left -= 1;
        this.#accept(message);
      }
    } catch (error) {
      this.#trouble = error as Error;
    } finally {
      this.#pulls.delete(pull);
      this.#asked -= Math.max(0, left);
      this.#wake();
    }
  }

  /** Stream or consumer may be gone, or the broker away: looks until they are there again. */
  async #recover(consumer: Consumer, trouble: Error): Promise<Consumer> {
    const text = errorText(trouble);
    if (text !== this.#toldTrouble) this.#parts.logger.warn(`${this.#parts.plan.consumer}: ${text}`);
    this.#toldTrouble = text;
    await this.#woken(TROUBLE_WAIT_MS);
    try {
      const opened = await this.#openConsumer();
      this.#trouble = undefined;
      this.#toldTrouble = undefined;
      return opened;
    } catch (error) {
      this.#trouble = error as Error;
      return consumer;
    }
  }

  async #woken(timeoutMs?: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
  }

  #accept(message: JsMsg): void {
    if (this.#isStopped) message.nak(0);
    else if (this.#running.size < this.#parts.plan.concurrency) this.#handle(message);
    else this.#waiting.push(message);
  }

  #handle(message: JsMsg): void {
    const delivery = new Delivery(message, this.#parts);
    const ended = delivery.handle().finally(() => {
      this.#running.delete(delivery);
      const next = this.#isStopped ? undefined : this.#waiting.shift();
      if (next !== undefined) this.#handle(next);
      this.#wake();
    });
    this.#running.set(delivery, ended);
  }
}
