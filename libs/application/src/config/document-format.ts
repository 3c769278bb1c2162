import { quote, RollcallError } from '#contracts';
import { type DocumentFormat, documentFormats } from '#formats';

/** @throws ROLLCALL_RECORD_INVALID */
export function documentFormatIn(value: unknown): DocumentFormat {
  if (documentFormats.includes(value as DocumentFormat)) return value as DocumentFormat;
  const text = `format ${quote(value ?? null)} is not one of ${documentFormats.join(', ')}`;
  throw new RollcallError('ROLLCALL_RECORD_INVALID', text);
}
