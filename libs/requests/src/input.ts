import { checkName, limits, quote, RollcallError } from '#contracts';
import type { Actor } from '#application';

/** A request's body: JSON in an object. */
export type Input = Readonly<Record<string, unknown>>;

const MOMENT_LENGTH_MAX = 64;
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** @throws ROLLCALL_BODY_INVALID */
export function parseInput(payload: Uint8Array): Input {
  if (payload.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(strictDecoder.decode(payload));
  } catch (error) {
    throw new RollcallError('ROLLCALL_BODY_INVALID', 'the body is not JSON in UTF-8', { cause: error });
  }
  return objectOf(parsed);
}

export function objectOf(value: unknown): Input {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  throw new RollcallError(
    'ROLLCALL_BODY_INVALID',
    `the body is ${quote(value ?? null)}, which is not a JSON object`,
    {
      action: 'Send a JSON object.',
    },
  );
}

/** @throws ROLLCALL_NAME_INVALID */
export function nameIn(input: Input, role: 'namespace' | 'service' | 'instance'): string {
  return checkName(role, input[role]);
}

/** A journal position to wait for. @throws ROLLCALL_SEQUENCE_INVALID */
export function atLeastIn({ atLeast }: Input): number | undefined {
  if (atLeast === undefined || (Number.isSafeInteger(atLeast) && (atLeast as number) >= 0)) {
    return atLeast as number | undefined;
  }
  throw new RollcallError(
    'ROLLCALL_SEQUENCE_INVALID',
    `atLeast is ${quote(atLeast)}, allowed is a whole number`,
  );
}

/** The moment of the past a question is about: a sequence, a time, or a duration before now. */
export function momentIn({ at, atLeast }: Input): string | undefined {
  if (at === undefined) return undefined;
  if (atLeast !== undefined) {
    throw new RollcallError('ROLLCALL_QUERY_INVALID', 'at asks for the past, atLeast for what is to come', {
      action: 'Leave out one of them.',
    });
  }
  if (typeof at === 'number' && Number.isSafeInteger(at) && at >= 0) return String(at);
  return textIn('at', at, MOMENT_LENGTH_MAX);
}

/** @throws ROLLCALL_QUERY_INVALID for fields nobody reads: passed over, they would change what is answered */
export function checkFields(input: Input, known: readonly string[]): void {
  const unknown = Object.keys(input).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const text = `unknown field ${unknown.slice(0, 8).map(quote).join(', ')}; allowed is ${known.join(', ')}`;
  throw new RollcallError('ROLLCALL_QUERY_INVALID', text, { action: 'Leave it out, or correct its name.' });
}

/** Who acts, for the journal, taken out of the fields: what they say, or that it came over NATS. */
export function actorIn(input: Input): { readonly by: Actor; readonly rest: Input } {
  const { actor, reason, traceparent, ...rest } = input;
  const by = {
    source: '/nats',
    actor: textIn('actor', actor, limits.attributeLengthMax) ?? 'nats',
    ...optional('reason', textIn('reason', reason, limits.reasonLengthMax)),
    ...optional('traceparent', textIn('traceparent', traceparent, limits.attributeLengthMax)),
  };
  return { by, rest };
}

function textIn(name: string, value: unknown, lengthMax: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= lengthMax) return value;
  const text = `${name} is ${quote(value)}, allowed is a text of 1 to ${lengthMax} characters`;
  throw new RollcallError('ROLLCALL_QUERY_INVALID', text, { action: 'Correct it, or leave it out.' });
}

function optional(name: string, value: string | undefined): object {
  return value === undefined ? {} : { [name]: value };
}
