import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/nats-core';
import { type IncarnationId, incarnationKey, type ProbeAnswer, type Subjects } from '#contracts';
import type { Prober, ProbeResult } from '#application';

/** A question on its way. */
interface Question {
  readonly incarnation: number;
  result: Extract<ProbeResult, 'answered' | 'absent'> | undefined;
  readonly settled: () => void;
}

/** Asks an instance over the broker. The heart of its process answers, on a connection of its own. */
export class NatsProber implements Prober {
  readonly #connection: NatsConnection;
  readonly #subjects: Subjects;
  readonly #inbox: string;
  readonly #questions = new Map<string, Question>();
  #replies: Subscription | undefined;
  #next = 0;

  constructor(connection: NatsConnection, subjects: Subjects) {
    this.#connection = connection;
    this.#subjects = subjects;
    // connection.options exists at run time; the type does not show it.
    const { inboxPrefix } = (connection as unknown as { options?: { inboxPrefix?: string } }).options ?? {};
    this.#inbox = createInbox(inboxPrefix);
  }

  /**
   * Wrong answers are passed over: anybody who may listen on the subject could give one. Silence counts only when
   * the broker was heard meanwhile, else it is our line that is dead, or the broker; and only once the broker's
   * word that nothing else is on its way to us has come, because an answer may wait behind many other messages.
   */
  async probe(id: IncarnationId, timeoutMs: number): Promise<ProbeResult> {
    if (this.#connection.isClosed()) return 'blind';
    const token = `${incarnationKey(id).replaceAll('.', '_')}-${(this.#next += 1)}`;
    let settled: () => void = () => undefined;
    const outcome = new Promise<void>((resolve) => (settled = resolve));
    const question: Question = { incarnation: id.incarnation, result: undefined, settled };
    this.#questions.set(token, question);
    try {
      this.#listen();
      this.#connection.publish(this.#subjects.probe(id), undefined, { reply: `${this.#inbox}.${token}` });
      const isBrokerHeard = this.#hearsBroker(timeoutMs / 2);
      if (await comesWithin(outcome, timeoutMs)) return question.result ?? 'blind';
      if (!(await isBrokerHeard) || !(await this.#hearsBroker(timeoutMs))) return 'blind';
      return question.result ?? 'silent';
    } catch {
      return 'blind';
    } finally {
      this.#questions.delete(token);
    }
  }

  #listen(): void {
    if (this.#replies !== undefined) return;
    this.#replies = this.#connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, reply) => {
        if (error === null) this.#onReply(reply);
      },
    });
  }

  #onReply(reply: Msg): void {
    const question = this.#questions.get(reply.subject.slice(this.#inbox.length + 1));
    if (question === undefined) return;
    if (reply.headers?.code === 503) question.result = 'absent';
    else if (incarnationIn(reply) === question.incarnation) question.result = 'answered';
    if (question.result !== undefined) question.settled();
  }

  #hearsBroker(timeoutMs: number): Promise<boolean> {
    return comesWithin(this.#connection.flush(), timeoutMs);
  }
}

function incarnationIn(reply: Msg): unknown {
  try {
    return reply.json<Partial<ProbeAnswer> | null>()?.incarnation;
  } catch {
    return undefined;
  }
}

/** False when it comes too late, or never: then it fails. */
function comesWithin(event: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)));
  const come = event.then(
    () => true,
    () => false,
  );
  return Promise.race([come, late]).finally(() => clearTimeout(timer));
}
