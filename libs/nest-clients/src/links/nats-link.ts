import { headers, type MsgHdrs } from '@nats-io/nats-core';
import { ClientNats, NatsRecord, type ReadPacket } from '@nestjs/microservices';
import { Observable } from 'rxjs';
import { errorText } from '#contracts';
import type { Link, LinkFailure, LinkMessage } from './link.js';

/** Nest's own NATS client, one for all instances, with what a balancer has to know of it. */
export class NatsLink extends ClientNats implements Link {
  get isOpen(): boolean {
    return this.natsClient !== null;
  }

  open(): Promise<unknown> {
    return this.connect();
  }

  request(message: LinkMessage): Observable<unknown> {
    return new Observable((observer) => this.publish(withHeaders(message), this.createObserver(observer)));
  }

  dispatch(message: LinkMessage): Promise<unknown> {
    return this.dispatchEvent(withHeaders(message));
  }

  /** Nobody listens: the instance has gone, or does not know the pattern. That alone is no reason to shun it. */
  failureOf(error: unknown): LinkFailure | undefined {
    if (!(error instanceof Error)) return undefined;
    if (error.message.startsWith('Empty response.'))
      return { outcome: 'abandoned', mayHaveArrived: false, text: 'nobody listens on its subject' };
    if (error.message === 'Connection closed')
      return { outcome: 'abandoned', mayHaveArrived: true, text: 'the connection to the broker was closed' };
    return undefined;
  }

  /** The broker is away: that says nothing of any instance. */
  openFailureOf(error: unknown): LinkFailure {
    return { outcome: 'abandoned', mayHaveArrived: false, text: `the broker: ${errorText(error)}` };
  }

  end(): Promise<void> {
    return this.close();
  }
}

function withHeaders({ fields, pattern, data, ...rest }: LinkMessage): ReadPacket {
  const isRecord = data instanceof NatsRecord;
  const all = headers();
  const own = isRecord ? (data.headers as MsgHdrs | undefined) : undefined;
  for (const [name, values] of own ?? []) for (const value of values) all.append(name, value);
  for (const [name, value] of Object.entries(fields)) if (!all.has(name)) all.set(name, value);
  return { ...rest, pattern, data: new NatsRecord(isRecord ? (data.data as unknown) : data, all) };
}
