import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { quote, RollcallError } from '#contracts';
import { type Picked, RetryAllowance, type RollcallClient, type ServiceHandle } from '#client';
import { inSpan, traceFields } from '#tracing';
import { MessageCall } from './call/message-call.js';
import type { Link } from './links/link.js';
import { Links } from './links/links.js';
import { type MessageClientOptions, serviceOptionsOf } from './options.js';

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
const EVENT_ATTEMPTS_MAX = 3;

/**
 * A Nest `ClientProxy` that finds the instances of a service by itself and balances among them. `send()` and `emit()`
 * are those of Nest; an instance that cannot be reached costs nothing but the try of another one.
 */
export class RollcallClientProxy extends ClientProxy {
  readonly service: ServiceHandle;
  readonly #options: MessageClientOptions;
  readonly #links: Links;
  readonly #allowance = new RetryAllowance();
  #isShutDown = false;

  constructor(client: RollcallClient, service: string, options: MessageClientOptions = {}) {
    super();
    this.service = client.service(service, serviceOptionsOf(options));
    this.#options = options;
    this.#links = new Links(options);
  }

  /** Resolves when the view of the service is loaded. Connections are made when they are needed. */
  async connect(): Promise<void> {
    if (this.#isShutDown) {
      const what = `the client of "${this.service.service}" was closed with its app`;
      throw new RollcallError('ROLLCALL_UNAVAILABLE', what, { action: 'Send messages while the app runs.' });
    }
    await this.service.ready(this.#options.timeoutMs);
  }

  /** Messages under way fail. Nest calls it at shutdown, when nobody is served any more. */
  close(): Promise<void> {
    return this.#links.close();
  }

  /** Called by Nest at shutdown. */
  onApplicationShutdown(): Promise<void> {
    this.#isShutDown = true;
    return this.close();
  }

  unwrap(): never {
    throw new Error('there is a connection for each instance, and no one connection to hand out');
  }

  protected override publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const tooLarge = this.#tooLarge(packet);
    if (tooLarge !== undefined) {
      callback({ err: tooLarge });
      return () => undefined;
    }
    const parts = {
      service: this.service,
      links: this.#links,
      allowance: this.#allowance,
      options: this.#options,
    };
    const call = new MessageCall(parts, packet, {
      next: (response) => callback({ response }),
      error: (err: unknown) => callback({ err }),
      complete: () => callback({ isDisposed: true }),
    });
    void call.run();
    return () => call.cancel();
  }

  /** An event is sent once a connection stands; whether it arrived, nobody says. */
  protected override async dispatchEvent<Result>(packet: ReadPacket): Promise<Result> {
    const tooLarge = this.#tooLarge(packet);
    if (tooLarge !== undefined) throw tooLarge;
    const pattern = typeof packet.pattern === 'string' ? packet.pattern : JSON.stringify(packet.pattern);
    const { service } = this.service;
    const attributes = { 'rpc.system': 'nest', 'rpc.service': service, 'rpc.method': pattern };
    return inSpan({ name: `${service}/${pattern}`, kind: 'producer', attributes }, async () => {
      const { picked, link } = await this.#open(pattern);
      const addressed = this.#links.patternFor(picked, packet.pattern);
      return (await link.dispatch({ ...packet, pattern: addressed, fields: traceFields() })) as Result;
    });
  }

  /** A way to an instance that takes messages, of several tried. */
  async #open(pattern: string): Promise<{ readonly picked: Picked; readonly link: Link }> {
    const avoid = new Set<string>();
    for (;;) {
      const picked = this.service.pick({ protocol: this.#protocol, avoid });
      const link = this.#links.to(picked);
      const call = picked.begin();
      try {
        await link.open();
        call.end('abandoned');
        return { picked, link };
      } catch (error) {
        const { outcome, text } = link.openFailureOf(error);
        call.end(outcome, text);
        this.#links.drop(picked);
        avoid.add(picked.key);
        if (avoid.size < EVENT_ATTEMPTS_MAX) continue;
        const what = `no instance of "${this.service.service}" could be reached for ${quote(pattern)}: ${text}`;
        throw new RollcallError('ROLLCALL_CALL_FAILED', what, { cause: error });
      }
    }
  }

  get #protocol(): string {
    return this.#options.nats === undefined ? 'tcp' : 'nats';
  }

  /** A server cuts the connection of whoever sends it too much, with all that is under way on it. */
  #tooLarge({ pattern, data }: ReadPacket): RollcallError | undefined {
    const { messageBytesMax = MESSAGE_BYTES_MAX } = this.#options;
    const bytes = Buffer.byteLength(JSON.stringify(data) ?? '');
    if (bytes <= messageBytesMax) return undefined;
    const what = `the message for ${quote(pattern)} has ${bytes} bytes; at most ${messageBytesMax} are allowed`;
    return new RollcallError('ROLLCALL_RECORD_TOO_LARGE', what);
  }
}
