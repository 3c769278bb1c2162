import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import { quote, RollcallError, type Subjects } from '#contracts';
import { ConfigReader, type History, type Log, type Reader } from '#application';
import type { CallGraph } from '#domain';
import { commands, type CommandWriters } from './commands.js';
import { configCommands } from './config-commands.js';
import { configQueries } from './config-queries.js';
import { configPlacesIn } from './config-input.js';
import { actorIn, atLeastIn, type Input, momentIn, objectOf, parseInput } from './input.js';
import { answerQuery, queries } from './queries.js';
import { answerReply, errorReply, type NestEnvelope, type Reply } from './reply.js';

export interface RequestDoorParts {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly reader: Reader;
  readonly history: History;
  readonly callGraph: CallGraph;
  /** @throws ROLLCALL_UNAVAILABLE when nothing can be written now */
  readonly writers: () => CommandWriters;
  readonly log: Log;
}

/** Every node answers, each request once. */
const QUEUE = 'rollcall';
/** Requests at work at once; more are told to come again. */
const AT_WORK_MAX = 1_000;
/** Room in a message for headers. */
const HEADERS_BYTES = 1_024;

/** Answers questions and does commands that come as requests over NATS: no SDK is needed to ask the registry. */
export class RequestDoor {
  readonly #parts: RequestDoorParts;
  readonly #subscriptions: Subscription[] = [];
  #atWork = 0;

  constructor(parts: RequestDoorParts) {
    this.#parts = parts;
  }

  open(): void {
    const { connection, subjects } = this.#parts;
    const config = [subjects.query('config.*'), subjects.command('config.*')];
    for (const subject of [subjects.query('*'), subjects.command('*'), ...config]) {
      const callback = (error: Error | null, message: Msg): void => {
        if (error === null) void this.#onRequest(message);
        else this.#parts.log.warn('requests over NATS are not heard', { error: error.message });
      };
      this.#subscriptions.push(connection.subscribe(subject, { queue: QUEUE, callback }));
    }
  }

  /** Takes no further requests; those at work are still answered. */
  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  async #onRequest(message: Msg): Promise<void> {
    // Nobody waits for the answer, so nobody could be told what became of it.
    if (message.reply === undefined || message.reply === '') return;
    let nest: NestEnvelope | undefined;
    this.#atWork += 1;
    try {
      if (this.#atWork > AT_WORK_MAX)
        throw new RollcallError('ROLLCALL_UNAVAILABLE', 'too many requests are at work');
      const packet = parseInput(message.data);
      nest = envelopeOf(packet);
      const input = nest === undefined ? packet : objectOf(packet['data'] ?? {});
      this.#respond(message, await this.#answer(message.subject, input, nest), nest);
    } catch (error) {
      this.#respond(message, errorReply(error, nest, this.#parts.log), nest);
    } finally {
      this.#atWork -= 1;
    }
  }

  async #answer(subject: string, input: Input, nest: NestEnvelope | undefined): Promise<Reply> {
    const { subjects, writers } = this.#parts;
    const isQuery = subject.startsWith(subjects.query(''));
    const name = subject.slice((isQuery ? subjects.query('') : subjects.command('')).length);
    if (isQuery) {
      if (Object.hasOwn(configQueries, name)) return this.#answerAboutConfig(name, input, nest);
      const query = Object.hasOwn(queries, name) ? queries[name] : undefined;
      if (query === undefined) {
        throw unknown(subject, [...Object.keys(queries), ...Object.keys(configQueries)]);
      }
      const { answer, sequence } = await answerQuery(this.#parts, query, input);
      return answerReply(answer, sequence, nest);
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    const configCommand = Object.hasOwn(configCommands, name) ? configCommands[name] : undefined;
    if (command === undefined && configCommand === undefined) {
      throw unknown(subject, [...Object.keys(commands), ...Object.keys(configCommands)]);
    }
    const { by, rest } = actorIn(input);
    const answer =
      (await command?.(writers(), rest, by)) ?? (await configCommand?.(writers().config, rest, by)) ?? {};
    return answerReply(answer, (answer as { sequence?: number }).sequence, nest);
  }

  async #answerAboutConfig(name: string, input: Input, nest: NestEnvelope | undefined): Promise<Reply> {
    const { reader, history, writers } = this.#parts;
    const { config } = writers();
    const moment = momentIn(input);
    if (moment === undefined) {
      await reader.atLeast(atLeastIn(input));
      const answer = await configQueries[name]?.(config.reader, input, config);
      return answerReply(answer ?? {}, reader.freshness()?.sequence, nest);
    }
    const past = await history.viewAt(await history.moment(moment), ...configPlacesIn(input));
    const answer = await configQueries[name]?.(new ConfigReader(() => past), input, config);
    return answerReply(answer ?? {}, past.sequence, nest);
  }

  /** An answer that is too large for the broker would never arrive; the question is told so instead. */
  #respond(message: Msg, reply: Reply, nest: NestEnvelope | undefined): void {
    const { connection, log } = this.#parts;
    const bytesMax = (connection.info?.max_payload ?? 1024 * 1024) - HEADERS_BYTES;
    const bytes = Buffer.byteLength(reply.payload);
    const sent = bytes <= bytesMax ? reply : errorReply(tooLarge(bytes, bytesMax), nest, log);
    if (!connection.isClosed()) message.respond(sent.payload, { headers: sent.headers });
  }
}

function envelopeOf(packet: Input): NestEnvelope | undefined {
  return 'pattern' in packet && 'data' in packet ? { id: packet['id'] } : undefined;
}

function unknown(subject: string, names: readonly string[]): RollcallError {
  return new RollcallError(
    'ROLLCALL_SUBJECT_INVALID',
    `nothing answers on ${quote(subject)}; there is ${names.join(', ')}`,
  );
}

function tooLarge(bytes: number, bytesMax: number): RollcallError {
  const text = `the answer has ${bytes} bytes; the broker takes ${bytesMax} in one message`;
  return new RollcallError('ROLLCALL_ANSWER_TOO_LARGE', text);
}
