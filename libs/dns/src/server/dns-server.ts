import { isIP } from 'node:net';
import { errorText, limits, RollcallError } from '#contracts';
import { type Log, silentLog } from '#application';
import type { DnsSource } from '../source.js';
import type { ZoneOptions } from '../zone/options.js';
import type { Rcode } from '../zone/record.js';
import type { Respond } from './listener.js';
import { respond, type Transport } from './respond.js';
import { TcpListener } from './tcp-listener.js';
import { UdpListener } from './udp-listener.js';

export interface DnsServerOptions {
  readonly source: DnsSource;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** UDP and TCP port; 0 lets the system choose one. Default 7453. */
  readonly port?: number;
  /** Name of the zone. Default `rollcall`. */
  readonly zone?: string;
  /** How long an answer may be remembered, in seconds. Default 1. */
  readonly ttlSeconds?: number;
  /** How long "there is none" may be remembered, in seconds. Default 1. */
  readonly negativeTtlSeconds?: number;
  /** Largest UDP answer, also when a client would take more, in bytes. Default 1,232. */
  readonly udpBytes?: number;
  /** Numbers from 0 (inclusive) to 1 (exclusive). Default Math.random. */
  readonly chance?: () => number;
  readonly log?: Log;
  /** Told of each message after it is answered, or dropped; for metrics. */
  readonly onAnswered?: (transport: Transport, rcode: Rcode | 'dropped', type: string | undefined) => void;
}

/** The registry as a DNS server over UDP and TCP. */
export class DnsServer {
  readonly #options: DnsServerOptions;
  #udp: UdpListener | undefined;
  #tcp: TcpListener | undefined;

  constructor(options: DnsServerOptions) {
    this.#options = options;
  }

  /** The port that is really listened on; 0 before. */
  get port(): number {
    return this.#udp?.port ?? 0;
  }

  /** @throws ROLLCALL_DNS_NOT_LISTENING */
  async start(): Promise<void> {
    const { host = '127.0.0.1', port = 7453 } = this.#options;
    try {
      await this.#listen(host, port);
    } catch (error) {
      await this.stop();
      const text = `UDP and TCP port ${port} of ${host} cannot be used for DNS: ${errorText(error)}`;
      throw new RollcallError('ROLLCALL_DNS_NOT_LISTENING', text, { cause: error });
    }
  }

  async stop(): Promise<void> {
    const [udp, tcp] = [this.#udp, this.#tcp];
    this.#udp = undefined;
    this.#tcp = undefined;
    await Promise.all([udp?.close(), tcp?.close()]);
  }

  async #listen(host: string, port: number): Promise<void> {
    const answer = this.#responder(host);
    this.#tcp = await TcpListener.open(host, port, answer);
    this.#udp = await UdpListener.open(host, this.#tcp.port, answer);
  }

  #responder(host: string): Respond {
    const { source, chance = Math.random, log = silentLog, onAnswered } = this.#options;
    const udpBytes = Math.min(this.#options.udpBytes ?? limits.dnsUdpBytes, limits.dnsUdpBytesMax);
    const parts = { source, chance, options: this.#zoneOptions(host) };
    return (message, transport) => {
      try {
        const response = respond(message, transport, parts, udpBytes);
        onAnswered?.(transport, response?.rcode ?? 'dropped', response?.type);
        return response?.bytes;
      } catch (error) {
        log.error('a DNS question could not be answered', { error: errorText(error) });
        return undefined;
      }
    };
  }

  #zoneOptions(host: string): ZoneOptions {
    const { zone = 'rollcall', ttlSeconds = 1, negativeTtlSeconds = 1 } = this.#options;
    const name = zone.toLowerCase().replace(/\.$/, '');
    const isAddress = isIP(host) !== 0 && host !== '0.0.0.0' && host !== '::';
    return { zone: name, ttlSeconds, negativeTtlSeconds, ...(isAddress ? { serverAddress: host } : {}) };
  }
}
