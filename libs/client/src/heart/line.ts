import {
  createInbox,
  errors,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type Subscription,
} from '@nats-io/nats-core';

// This file runs on the heart's thread, which loads nothing of the house but types: a third of the memory.

/** Somebody who beats over a line. */
export interface LineMember {
  readonly beatSubject: string;
  /** An answer to the beat with this number. */
  onReply(beat: number, reply: Msg): void;
  /** The line is back; what was under way is lost. */
  onReconnect(): void;
  /** The broker does not allow beats on this subject. */
  onDenied(text: string): void;
}

/** One connection that any number of hearts beat over, with one inbox for all answers. */
export class Line {
  readonly connection: NatsConnection;
  readonly #inbox: string;
  readonly #replies: Subscription;
  readonly #members = new Map<number, LineMember>();
  #nextKey = 1;
  #isUp = true;

  constructor(connection: NatsConnection) {
    this.connection = connection;
    // connection.options exists at run time; the type does not show it.
    const { inboxPrefix } = (connection as unknown as { options?: { inboxPrefix?: string } }).options ?? {};
    this.#inbox = createInbox(inboxPrefix);
    const callback = (error: Error | null, reply: Msg): void => void (error ?? this.#onReply(reply));
    this.#replies = connection.subscribe(`${this.#inbox}.*.*`, { callback });
    void this.#watch();
  }

  /** False while the connection is interrupted: what is sent then is lost without a word. */
  get isUp(): boolean {
    return this.#isUp && !this.connection.isClosed();
  }

  get memberCount(): number {
    return this.#members.size;
  }

  /** @returns the key to send with */
  join(member: LineMember): number {
    const key = this.#nextKey++;
    this.#members.set(key, member);
    return key;
  }

  leave(key: number): void {
    this.#members.delete(key);
  }

  send(key: number, beat: number, message: { subject: string; payload: string; headers: MsgHdrs }): void {
    const { subject, payload, headers } = message;
    this.connection.publish(subject, payload, { headers, reply: `${this.#inbox}.${key}.${beat}` });
  }

  /** Listens no more. The connection belongs to whoever opened it. */
  close(): void {
    this.#members.clear();
    if (!this.connection.isClosed()) this.#replies.unsubscribe();
  }

  #onReply(reply: Msg): void {
    const [key, beat] = reply.subject.slice(this.#inbox.length + 1).split('.');
    this.#members.get(Number(key))?.onReply(Number(beat), reply);
  }

  async #watch(): Promise<void> {
    for await (const event of this.connection.status()) {
      if (event.type === 'disconnect') this.#isUp = false;
      else if (event.type === 'reconnect') this.#onReconnect();
      else if (event.type === 'error') this.#onError(event.error);
    }
    this.#isUp = false;
  }

  #onReconnect(): void {
    this.#isUp = true;
    for (const member of this.#members.values()) member.onReconnect();
  }

  #onError(error: Error): void {
    if (!(error instanceof errors.PermissionViolationError) || error.operation !== 'publish') return;
    for (const member of this.#members.values())
      if (member.beatSubject === error.subject) member.onDenied(error.message);
  }
}
