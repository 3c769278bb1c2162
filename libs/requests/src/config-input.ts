import { checkName, quote, RollcallError } from '#contracts';
import {
  type ApplicationPlace,
  checkedPlace,
  configPlaces,
  type Expectation,
  type HistoricPlace,
  type KeyPlace,
  revisionIn,
} from '#application';
import type { Input } from './input.js';

/** Where config stands: the names, and the other fields. @throws ROLLCALL_NAME_INVALID */
export function placeIn(input: Input): { readonly place: ApplicationPlace; readonly rest: Input } {
  const { namespace, application, ...rest } = input;
  // The application is checked by whoever uses it: it may be `_shared`.
  return {
    place: { namespace: checkName('namespace', namespace), application: application as string },
    rest,
  };
}

/** Where the past of config is looked up. @throws ROLLCALL_NAME_INVALID */
export function configPlacesIn(input: Input): HistoricPlace[] {
  const { namespace, application } = placeIn(input).place;
  if (input['application'] !== undefined) checkedPlace({ namespace, application });
  return configPlaces(namespace, input['application'] === undefined ? undefined : application);
}

/** @throws ROLLCALL_NAME_INVALID */
export function keyIn(input: Input): { readonly at: KeyPlace; readonly rest: Input } {
  const { place, rest } = placeIn(input);
  const { key, ...others } = rest;
  return { at: { ...place, key: key as string }, rest: others };
}

/** `revision`: what the key must have; 0: it must not exist. @throws ROLLCALL_RECORD_INVALID */
export function expectationIn(input: Input): { readonly expected?: Expectation; readonly rest: Input } {
  const { revision, ...rest } = input;
  return revision === undefined
    ? { rest }
    : { expected: { revision: revisionIn(revision, 'revision') }, rest };
}

/** @throws ROLLCALL_RECORD_INVALID */
export function objectIn(input: Input, name: string): object {
  const value = input[name];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new RollcallError('ROLLCALL_RECORD_INVALID', `${name} ${quote(value ?? null)} is no object`);
}

/** @throws ROLLCALL_RECORD_INVALID */
export function flagIn(input: Input, name: string): boolean {
  const value = input[name];
  if (value === undefined || typeof value === 'boolean') return value === true;
  throw new RollcallError('ROLLCALL_RECORD_INVALID', `${name} is ${quote(value)}, allowed is true or false`);
}
