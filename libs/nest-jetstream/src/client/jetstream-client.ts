import { randomUUID } from 'node:crypto';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { headers as newHeaders, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { ClientProxy, NatsRecord, type ReadPacket } from '@nestjs/microservices';
import { headerNames, quote, RollcallError } from '#contracts';
import { AckPublisher, type BrokerAccess, brokerError } from '#nats';
import { inSpan, traceFields } from '#tracing';
import { type Line, openLine } from '../connection.js';
import { invalid } from '../plan.js';
import { findStream } from '../streams/find-stream.js';

export interface JetStreamClientOptions {
  /** How to reach the broker, or an open connection, which then stays the caller's. */
  readonly connection: BrokerAccess | NatsConnection;
  readonly domain?: string;
  /** Stream that stores what is emitted. Default: looked up by the subject, once. */
  readonly stream?: string;
  /** Who emits, as the CloudEvents attribute `source`, such as `/services/orders`. */
  readonly source?: string;
}

const SUBJECTS_REMEMBERED_MAX = 1_024;
const encoder = new TextEncoder();

/**
 * A Nest `ClientProxy` whose `emit()` completes when the stream has stored the event, and fails when it has not.
 * Events are CloudEvents in binary mode: attributes are headers, the body is the payload alone. Headers of one's
 * own come with a `NatsRecord`; an own `Nats-Msg-Id` makes the broker store a repeated event once.
 */
export class JetStreamClient extends ClientProxy {
  readonly #options: JetStreamClientOptions;
  readonly #streams = new Map<string, string>();
  readonly #publishers = new Map<string, AckPublisher>();
  #opening: Promise<Line> | undefined;
  #manager: JetStreamManager | undefined;

  constructor(options: JetStreamClientOptions) {
    super();
    this.#options = options;
  }

  connect(): Promise<Line> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async close(): Promise<void> {
    for (const publisher of this.#publishers.values()) publisher.close();
    this.#publishers.clear();
    this.#streams.clear();
    const opening = this.#opening;
    this.#opening = undefined;
    this.#manager = undefined;
    await (await opening?.catch(() => undefined))?.close();
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the shape ClientProxy asks for
  unwrap<Connection = Promise<NatsConnection>>(): Connection {
    return this.connect().then(({ connection }) => connection) as Connection;
  }

  protected override publish(): never {
    throw invalid(
      'send() waits for a reply, and a stream knows none: use emit(), or another client for requests',
    );
  }

  protected override dispatchEvent<Stored>({ pattern, data }: ReadPacket): Promise<Stored> {
    const subject = this.normalizePattern(pattern as string);
    const attributes = { 'messaging.system': 'nats', 'messaging.destination.name': subject };
    return inSpan({ name: `publish ${subject}`, kind: 'producer', attributes }, () =>
      this.#publish(subject, data),
    );
  }

  async #publish<Stored>(subject: string, data: unknown): Promise<Stored> {
    const line = await this.connect();
    const isRecord = data instanceof NatsRecord;
    const payload = encoder.encode(JSON.stringify(isRecord ? (data.data as unknown) : data) ?? '');
    const { max_payload: maxBytes = Infinity } = line.connection.info ?? {};
    if (payload.length > maxBytes) {
      const text = `the event on ${quote(subject)} has ${payload.length} bytes; the broker takes at most ${maxBytes}`;
      throw new RollcallError('ROLLCALL_RECORD_TOO_LARGE', text);
    }
    const headers = this.#headers(subject, isRecord ? (data.headers as MsgHdrs | undefined) : undefined);
    const publisher = this.#publisher(line, await this.#streamOf(subject));
    return (await publisher.publish({ subject, payload, headers })) as Stored;
  }

  #headers(subject: string, own: MsgHdrs | undefined): MsgHdrs {
    const headers = newHeaders();
    for (const [name, values] of own ?? []) for (const value of values) headers.append(name, value);
    const id = headers.get(headerNames.id) || headers.get(headerNames.messageId) || randomUUID();
    const attributes: [string, string | undefined][] = [
      [headerNames.specversion, '1.0'],
      [headerNames.id, id],
      [headerNames.type, subject],
      [headerNames.source, this.#options.source ?? '/rollcall/nest'],
      [headerNames.time, new Date().toISOString()],
      [headerNames.contentType, 'application/json'],
      [headerNames.messageId, id],
      ...Object.entries(traceFields()),
    ];
    for (const [name, value] of attributes)
      if (value !== undefined && !headers.has(name)) headers.set(name, value);
    return headers;
  }

  async #streamOf(subject: string): Promise<string> {
    const known = this.#options.stream ?? this.#streams.get(subject);
    if (known !== undefined) return known;
    const found = await findStream(this.#manager as JetStreamManager, subject);
    if (this.#streams.size >= SUBJECTS_REMEMBERED_MAX) this.#streams.clear();
    this.#streams.set(subject, found);
    return found;
  }

  #publisher({ connection }: Line, stream: string): AckPublisher {
    let publisher = this.#publishers.get(stream);
    if (publisher === undefined) {
      publisher = new AckPublisher(connection, { stream });
      this.#publishers.set(stream, publisher);
    }
    return publisher;
  }

  async #open(): Promise<Line> {
    const { connection, domain } = this.#options;
    try {
      const line = await openLine(connection, 'rollcall emitter');
      this.#manager = await jetstreamManager(line.connection, domain === undefined ? {} : { domain });
      return line;
    } catch (error) {
      // The next emit() tries again.
      this.#opening = undefined;
      throw brokerError(error, 'opening the emitter');
    }
  }
}
