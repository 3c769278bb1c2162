import { errors, type NatsConnection } from '@nats-io/nats-core';
import type { IncarnationId, ProbeAnswer, Subjects } from '#contracts';
import type { Prober, ProbeResult } from '#application';

/** Asks an instance over the broker. The heart of its process answers, on a connection of its own. */
export class NatsProber implements Prober {
  readonly #connection: NatsConnection;
  readonly #subjects: Subjects;

  constructor(connection: NatsConnection, subjects: Subjects) {
    this.#connection = connection;
    this.#subjects = subjects;
  }

  /** Silence counts only when the broker was heard meanwhile: else it is our line that is dead, or the broker. */
  async probe(id: IncarnationId, timeoutMs: number): Promise<ProbeResult> {
    if (this.#connection.isClosed()) return 'blind';
    const isBrokerHeard = this.#hearsBroker(timeoutMs / 2);
    try {
      const reply = await this.#connection.request(this.#subjects.probe(id), undefined, {
        timeout: timeoutMs,
      });
      return reply.json<ProbeAnswer>().incarnation === id.incarnation ? 'answered' : 'silent';
    } catch (error) {
      if (isNoResponders(error)) return 'absent';
      const isSilence = error instanceof errors.TimeoutError || error instanceof SyntaxError;
      return isSilence && (await isBrokerHeard) ? 'silent' : 'blind';
    }
  }

  async #hearsBroker(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)));
    const heard = this.#connection.flush().then(
      () => true,
      () => false,
    );
    return Promise.race([heard, late]).finally(() => clearTimeout(timer));
  }
}

function isNoResponders(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return error instanceof errors.NoRespondersError || cause instanceof errors.NoRespondersError;
}
