import type { TcpSocketConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { ClientTCP, JsonSocket, type ReadPacket } from '@nestjs/microservices';
import { Observable } from 'rxjs';
import { errorText } from '#contracts';
import type { Link, LinkFailure, LinkMessage } from './link.js';

/** Nest's own TCP client, one to an instance, with what a balancer has to know of it. */
export class TcpLink extends ClientTCP implements Link {
  constructor(
    address: { readonly host: string; readonly port: number },
    lookup: Pick<TcpSocketConnectOpts, 'lookup'>,
    tls?: ConnectionOptions,
  ) {
    const tlsOptions = tls === undefined ? {} : { tlsOptions: { ...tls, ...lookup } };
    super({ ...address, ...tlsOptions, socketClass: socketWith(lookup) });
  }

  get isOpen(): boolean {
    return this.socket !== null;
  }

  open(): Promise<unknown> {
    return this.connect();
  }

  request({ fields, ...packet }: LinkMessage): Observable<unknown> {
    return new Observable((observer) =>
      this.publish(withMetadata(packet, fields), this.createObserver(observer)),
    );
  }

  dispatch({ fields, ...packet }: LinkMessage): Promise<unknown> {
    return this.dispatchEvent(withMetadata(packet, fields));
  }

  /** Nest takes the socket away before it tells those who wait that it is gone. */
  failureOf(error: unknown): LinkFailure | undefined {
    if (!(error instanceof Error) || this.isOpen) return undefined;
    return { outcome: 'unreachable', mayHaveArrived: true, text: error.message };
  }

  openFailureOf(error: unknown): LinkFailure {
    return { outcome: 'unreachable', mayHaveArrived: false, text: errorText(error) };
  }

  end(): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** What goes wrong is told to those who wait for an answer. */
  override handleError(): void {}
}

/** Nest's framing on a socket; Nest connects by host and port alone, and would ask any resolver. */
function socketWith(lookup: Pick<TcpSocketConnectOpts, 'lookup'>): typeof JsonSocket {
  return class extends JsonSocket {
    override connect(port: number, host: string): this {
      this.socket.connect({ port, host, ...lookup });
      return this;
    }
  };
}

/** Fields of the transport travel beside the payload; servers before Nest 12 do not look at them. */
function withMetadata(packet: ReadPacket, fields: Readonly<Record<string, string>>): ReadPacket {
  const { metadata } = packet as { metadata?: object };
  return { ...packet, metadata: { ...metadata, ...fields } } as ReadPacket;
}
