import { quote } from '#contracts';
import { usage } from './usage.js';

/** @throws ROLLCALL_USAGE */
export function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usage(`${name} ${quote(text)} is not a whole number`, 'Give digits only.');
}
