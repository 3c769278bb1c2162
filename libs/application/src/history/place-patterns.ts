import { RollcallError } from '#contracts';
import type { HistoricPlace } from '../ports/snapshots.js';

const instanceKinds = ['instance', 'override', 'verdict'];
const serviceKinds = ['service', 'protection'];

/** The aggregates of a place as key patterns; undefined when that is all of them. */
export function placePatterns({ namespace, service, instance = '*' }: HistoricPlace): string[] | undefined {
  if (namespace === undefined) {
    if (service === undefined) return undefined;
    throw new RollcallError(
      'ROLLCALL_SUBJECT_INVALID',
      `service "${service}" is named without its namespace`,
    );
  }
  if (service === undefined) return [`${namespace}.>`];
  return [
    ...instanceKinds.map((kind) => `${namespace}.${kind}.${service}.${instance}`),
    ...serviceKinds.map((kind) => `${namespace}.${kind}.${service}`),
  ];
}
