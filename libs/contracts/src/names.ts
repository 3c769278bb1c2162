import { RollcallError } from './errors/rollcall-error.js';

/** Namespaces, services, instances and applications are DNS labels (RFC 1123, lower case). */
export const NAME_PATTERN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Config keys are case-sensitive, so that DATABASE_URL and limits.maxPool can keep their usual spelling. */
export const CONFIG_KEY_PATTERN = /^[A-Za-z0-9_.-]{1,128}$/;

/** The application whose config everybody in the namespace inherits. The underscore keeps it out of the names. */
export const SHARED_APPLICATION = '_shared';

/** Semantic Versioning 2.0.0, with numbers that stay exact in a double. */
export const SEMVER_PATTERN =
  /^(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)){0,31})?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+){0,31})?$/;

/** RFC 3339 with an offset, as JSON carries times; without leap seconds, which Date cannot read. */
export const TIME_PATTERN =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** A host name, an IPv4 address or an IPv6 address without brackets. */
export const ADDRESS_PATTERN =
  /^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$|^::1?$|^::[A-Fa-f0-9:.]{1,45}$/;

export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME_PATTERN.test(value);
}

/**
 * Returns the name, or throws ROLLCALL_NAME_INVALID.
 * @param role what the name stands for, e.g. "service"
 */
export function checkName(role: string, value: unknown): string {
  if (isName(value)) return value;
  throw new RollcallError('ROLLCALL_NAME_INVALID', `${role} name ${quote(value)} is not a DNS label`, {
    details: { role },
  });
}

/** A value as an error message shows it: quoted, on one line, bounded in length. Never throws. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonOf(value);
  const bounded = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return JSON.stringify(bounded).replaceAll(UNPRINTABLE, escaped);
}

/** What JSON leaves as it is although it breaks a line, turns its direction or commands a terminal. */
const UNPRINTABLE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A value nested deeper than the stack, or one that JSON has no word for, is called by its type. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Array.isArray(value) ? '(array)' : `(${typeof value})`;
  }
}
