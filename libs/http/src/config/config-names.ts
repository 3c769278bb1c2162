import { checkName } from '#contracts';
import type { ApplicationPlace } from '#application';

/** Names in the path of a config route. */
export interface ConfigParams {
  readonly namespace: string;
  readonly application: string;
  readonly key: string;
}

/** @throws ROLLCALL_NAME_INVALID; the application is checked where it is used */
export function placeOf({ namespace, application }: Omit<ConfigParams, 'key'>): ApplicationPlace {
  return { namespace: checkName('namespace', namespace), application };
}

/** @throws ROLLCALL_NAME_INVALID */
export function keyOf({ key, ...params }: ConfigParams): ApplicationPlace & { readonly key: string } {
  return { ...placeOf(params), key };
}

/** The tag of a key is its revision: what a next write sends as If-Match. */
export function revisionTag(revision: number): string {
  return `"${revision}"`;
}
