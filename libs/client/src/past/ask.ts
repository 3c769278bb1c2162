import { type ErrorCode, errorCatalogue, RollcallError } from '#contracts';
import { brokerError } from '#nats';
import type { ClientPlace } from '../client/place.js';

const SEQUENCE_HEADER = 'Rollcall-Sequence';

/** An answer of the registry, and the journal sequence it reflects. */
export interface Answer<Body> {
  readonly body: Body;
  readonly sequence: number;
}

interface ToldError {
  readonly code: string;
  readonly what: string;
  readonly action: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Asks the registry itself, over NATS.
 * @param name as in `rollcall.v1.query.<name>`
 * @throws what the registry answers, ROLLCALL_BROKER_UNREACHABLE when none does
 */
export async function askRegistry<Body>(
  { connection, subjects }: Pick<ClientPlace, 'connection' | 'subjects'>,
  name: string,
  input: object,
  timeoutMs: number,
): Promise<Answer<Body>> {
  let reply;
  try {
    reply = await connection.request(subjects.query(name), JSON.stringify(input), { timeout: timeoutMs });
  } catch (error) {
    throw brokerError(error, `asking the registry for "${name}"`);
  }
  const body = reply.json<Body & { readonly error?: ToldError }>();
  if (body.error !== undefined) throw toldError(body.error);
  return { body, sequence: Number(reply.headers?.get(SEQUENCE_HEADER) ?? 0) };
}

/** A newer registry may know errors that this version does not. */
function toldError({ code, what, action, details }: ToldError): RollcallError {
  const isKnown = Object.hasOwn(errorCatalogue, code);
  return new RollcallError(
    isKnown ? (code as ErrorCode) : 'ROLLCALL_INTERNAL',
    isKnown ? what : `${code}: ${what}`,
    {
      action,
      ...(details === undefined ? {} : { details }),
    },
  );
}
