import { quote, RollcallError } from '#contracts';

/** Query parameters as Fastify parses them: repeated ones become arrays. */
export type Query = Readonly<Record<string, unknown>>;

/**
 * Refuses parameters nobody reads: a misspelt filter that is passed over would answer with everything.
 * @throws ROLLCALL_QUERY_INVALID
 */
export function checkQueryNames(query: Query, known: readonly string[]): void {
  const unknown = Object.keys(query).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const allowed = known.length === 0 ? 'none is allowed here' : `allowed is ${known.join(', ')}`;
  throw new RollcallError(
    'ROLLCALL_QUERY_INVALID',
    `unknown parameter ${unknown.map(quote).join(', ')}; ${allowed}`,
  );
}

/** @throws ROLLCALL_QUERY_INVALID */
export function textParameter(query: Query, name: string, lengthMax: number): string | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length <= lengthMax) return value;
  const what =
    typeof value === 'string'
      ? `has ${value.length} characters, at most ${lengthMax} are allowed`
      : 'is given twice';
  throw new RollcallError('ROLLCALL_QUERY_INVALID', `parameter "${name}" ${what}`);
}

/** @throws ROLLCALL_QUERY_INVALID */
export function booleanParameter(query: Query, name: string): boolean {
  const value = query[name];
  if (value === undefined || value === 'false') return false;
  // `?all` alone means yes.
  if (value === 'true' || value === '') return true;
  throw new RollcallError(
    'ROLLCALL_QUERY_INVALID',
    `parameter "${name}" is ${quote(value)}, allowed is true or false`,
  );
}

/** A journal position to wait for. @throws ROLLCALL_SEQUENCE_INVALID */
export function sequenceParameter(query: Query, name: string): number | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const sequence = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(sequence)) return sequence;
  throw new RollcallError(
    'ROLLCALL_SEQUENCE_INVALID',
    `parameter "${name}" is ${quote(value)}, allowed is a whole number`,
    {
      action: 'Give the sequence an earlier answer carried in X-Rollcall-Sequence.',
    },
  );
}
