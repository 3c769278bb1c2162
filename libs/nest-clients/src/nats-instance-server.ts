import { type NatsOptions, ServerNats } from '@nestjs/microservices';
import { quote, RollcallError } from '#contracts';

export type NatsInstanceServerOptions = NonNullable<NatsOptions['options']> & {
  /** The subject of this instance's `nats` endpoint, such as `payments.payments-1`. */
  readonly subject: string;
};

interface Subscriber {
  subscribe(subject: string, options: { callback: (error: unknown, message: unknown) => unknown }): never;
}

/**
 * Nest's NATS server for one instance of many: every pattern is heard on the subject of the instance as well,
 * `<subject>.<pattern>`, so that callers can choose whom they ask. Use it as
 * `{ strategy: new NatsInstanceServer({ servers, subject }) }`.
 */
export class NatsInstanceServer extends ServerNats {
  readonly #subject: string;

  constructor({ subject, ...options }: NatsInstanceServerOptions) {
    super(options);
    if (!/^[^\s*>]{1,255}$/.test(subject)) {
      const what = `subject is ${quote(subject)}, which is no subject of NATS without wildcards`;
      throw new RollcallError('ROLLCALL_TRANSPORT_INVALID', what);
    }
    this.#subject = subject;
  }

  override bindEvents(client: Subscriber): void {
    super.bindEvents(client);
    for (const [pattern] of this.getHandlers()) {
      const callback = this.getMessageHandler(pattern).bind(this);
      client.subscribe(`${this.#subject}.${pattern}`, { callback });
    }
  }
}
