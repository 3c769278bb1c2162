import { RollcallError, quote } from '#contracts';

/** @throws ROLLCALL_SEQUENCE_INVALID */
export function sequenceOf(text: string): number {
  const sequence = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (Number.isSafeInteger(sequence) && sequence > 0) return sequence;
  throw new RollcallError('ROLLCALL_SEQUENCE_INVALID', `${quote(text)} is not a sequence`, {
    action: 'Give a positive whole number; "rollcall quarantine list" shows them.',
  });
}
