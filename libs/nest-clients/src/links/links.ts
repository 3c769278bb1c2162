import { nameLookup, type Picked } from '#client';
import type { MessageClientOptions } from '../options.js';
import type { Link } from './link.js';
import { NatsLink } from './nats-link.js';
import { TcpLink } from './tcp-link.js';

/** The ways to the instances of a service, each opened at its first use. */
export class Links {
  readonly #options: MessageClientOptions;
  readonly #tcp = new Map<string, TcpLink>();
  #nats: NatsLink | undefined;

  constructor(options: MessageClientOptions) {
    this.#options = options;
  }

  to(picked: Picked): Link {
    const { nats } = this.#options;
    if (nats !== undefined) return (this.#nats ??= new NatsLink(nats.options));
    return this.#tcpTo(picked);
  }

  /** The pattern as it is sent to that instance. */
  patternFor({ endpoint }: Picked, pattern: unknown): unknown {
    const { nats } = this.#options;
    if (nats === undefined || nats.subjects === 'bare') return pattern;
    const text = typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
    return `${endpoint.subject}.${text}`;
  }

  /** A way that led nowhere is not gone again: the next message opens a new one. */
  drop(picked: Picked): void {
    const link = this.#tcp.get(picked.key);
    this.#tcp.delete(picked.key);
    void link?.end();
  }

  async close(): Promise<void> {
    const all: Link[] = [...this.#tcp.values(), ...(this.#nats === undefined ? [] : [this.#nats])];
    this.#tcp.clear();
    this.#nats = undefined;
    await Promise.all(all.map((link) => link.end()));
  }

  #tcpTo({ key, endpoint }: Picked): TcpLink {
    const held = this.#tcp.get(key);
    if (held !== undefined) return held;
    this.#forgetClosed();
    const { address = '127.0.0.1', port = 0 } = endpoint;
    const { tls, allowedAddresses } = this.#options;
    const link = new TcpLink({ host: address, port }, nameLookup(address, allowedAddresses), tls);
    this.#tcp.set(key, link);
    return link;
  }

  /** Connections to instances that have gone are closed by them. */
  #forgetClosed(): void {
    for (const [key, link] of this.#tcp) if (!link.isOpen) this.#tcp.delete(key);
  }
}
