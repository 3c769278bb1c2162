import { RollcallError } from './errors/rollcall-error.js';

/** Namespaces, services, instances and applications are DNS labels (RFC 1123, lower case). */
export const NAME_PATTERN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Config keys are case-sensitive, so that DATABASE_URL and limits.maxPool can keep their usual spelling. */
export const CONFIG_KEY_PATTERN = /^[A-Za-z0-9_.-]{1,128}$/;

/** The application whose config everybody in the namespace inherits. The underscore keeps it out of the names. */
export const SHARED_APPLICATION = '_shared';

/** Semantic Versioning 2.0.0, as the specification's own grammar gives it. */
export const SEMVER_PATTERN =
  /^(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+){0,31})?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+){0,31})?$/;

/** RFC 3339 with an offset, as JSON carries times. */
export const TIME_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** A host name, an IPv4 address or an IPv6 address without brackets. */
export const ADDRESS_PATTERN = /^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$|^::1?$|^::[A-Fa-f0-9:.]{1,45}$/;

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

/** A value as an error message shows it: quoted, on one line, bounded in length. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const bounded = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return JSON.stringify(bounded);
}
