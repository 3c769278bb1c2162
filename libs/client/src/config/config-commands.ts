import { errors } from '@nats-io/nats-core';
import { readError, RollcallError } from '#contracts';
import { brokerError, encodeJson } from '#nats';
import { currentTraceparent } from '#tracing';
import type { ClientPlace } from '../client/place.js';

export interface ConfigCommandsParts {
  readonly place: ClientPlace;
  /** Who acts, as the history names it. */
  readonly actor: () => string;
  readonly timeoutMs: number;
}

/** Has the registry change config: requests on `rollcall.v1.command.config.<name>`. */
export class ConfigCommands {
  constructor(private readonly parts: ConfigCommandsParts) {}

  /** @throws what the registry answered, ROLLCALL_UNAVAILABLE, ROLLCALL_NOT_ACKNOWLEDGED, ROLLCALL_BROKER_DENIED */
  async ask<Answer>(name: string, fields: object): Promise<Answer> {
    const { place, actor, timeoutMs: timeout } = this.parts;
    const traceparent = currentTraceparent();
    const signed = { ...fields, actor: actor(), ...(traceparent === undefined ? {} : { traceparent }) };
    const subject = place.subjects.command(`config.${name}`);
    const reply = await place.connection
      .request(subject, encodeJson(signed), { timeout })
      .catch((error: unknown) => {
        throw unanswered(error, subject, timeout);
      });
    const answer = reply.json<Answer & { readonly error?: unknown }>();
    if (answer.error !== undefined) throw readError(answer.error);
    return answer;
  }
}

function unanswered(error: unknown, subject: string, timeoutMs: number): RollcallError {
  if (error instanceof errors.RequestError && error.isNoResponders()) {
    const text = `no registry answers on "${subject}"`;
    return new RollcallError('ROLLCALL_UNAVAILABLE', text, { cause: error });
  }
  if (!(error instanceof errors.TimeoutError)) return brokerError(error, `asking on "${subject}"`);
  const text = `no answer on "${subject}" in ${timeoutMs} ms; the change may or may not be stored`;
  const action =
    'Look at the key, or write again with `expect`: then what is stored already is not written over.';
  return new RollcallError('ROLLCALL_NOT_ACKNOWLEDGED', text, { action, cause: error });
}
