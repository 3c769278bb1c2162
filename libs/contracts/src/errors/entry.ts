/**
 * What sort of trouble an error is. Front doors translate the kind into their own language
 * (HTTP status, exit code, NATS header), so that the catalogue knows none of them.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'too-many'
  | 'unavailable'
  | 'setup'
  | 'internal';

/** One line of the error catalogue. A code, once published, keeps its meaning for ever. */
export interface ErrorEntry {
  readonly kind: ErrorKind;
  /** One sentence for the reference page: what happened. */
  readonly meaning: string;
  /** What a person does about it. Printed with every occurrence. */
  readonly action: string;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
}

/** Keeps the literal code names while checking each entry. */
export function defineErrors<Code extends string>(
  entries: Record<Code, ErrorEntry>,
): Readonly<Record<Code, ErrorEntry>> {
  return Object.freeze(entries);
}
