import { headers, type MsgHdrs } from '@nats-io/nats-core';
import { isRollcallError, RollcallError } from '#contracts';
import type { Log } from '#application';

/** Says that an answer is an error, and which: for clients that look at headers first. */
const ERROR_HEADER = 'Rollcall-Error';
/** Journal sequence the answer reflects, or was stored at. */
const SEQUENCE_HEADER = 'Rollcall-Sequence';

/** A client of Nest wraps what it asks, and wants the answer wrapped as well. */
export interface NestEnvelope {
  readonly id: unknown;
}

export interface Reply {
  readonly payload: string;
  readonly headers: MsgHdrs;
}

export function answerReply(
  answer: object,
  sequence: number | undefined,
  nest: NestEnvelope | undefined,
): Reply {
  const head = headers();
  if (sequence !== undefined) head.set(SEQUENCE_HEADER, String(sequence));
  const body = nest === undefined ? answer : { id: nest.id, response: answer, isDisposed: true };
  return { payload: JSON.stringify(body), headers: head };
}

export function errorReply(thrown: unknown, nest: NestEnvelope | undefined, log: Log): Reply {
  const { code, what, action, retryable, details } = known(thrown, log);
  const head = headers();
  head.set(ERROR_HEADER, code);
  const error = { code, what, action, retryable, details };
  const body = nest === undefined ? { error } : { id: nest.id, err: error, isDisposed: true };
  return { payload: JSON.stringify(body), headers: head };
}

function known(thrown: unknown, log: Log): RollcallError {
  if (isRollcallError(thrown)) return thrown;
  log.error('a request over NATS failed unexpectedly', { error: thrown });
  return new RollcallError('ROLLCALL_INTERNAL', 'the request failed unexpectedly');
}
