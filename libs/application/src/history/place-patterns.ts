import {
  aggregateKey,
  type AggregateId,
  checkName,
  parseAggregateKey,
  quote,
  RollcallError,
} from '#contracts';
import type { HistoricPlace } from '../ports/snapshots.js';

const instanceKinds = ['instance', 'override', 'verdict'];
const serviceKinds = ['service', 'protection'];
const configKinds = [
  'config',
  'config-override',
  'config-schema',
  'config-gray',
  'config-schedule',
  'config-rollout',
];

/** The aggregates of a place as key patterns; undefined when that is all of them. */
export function placePatterns(place: HistoricPlace): string[] | undefined {
  const { namespace, service, instance = '*', application, key } = place;
  if (namespace === undefined) {
    if (service === undefined && application === undefined) return undefined;
    const text = `"${service ?? application}" is named without its namespace`;
    throw new RollcallError('ROLLCALL_SUBJECT_INVALID', text);
  }
  if (application !== undefined) {
    const last = key === undefined ? '*' : key.replaceAll('.', '/');
    return configKinds.map((kind) => `${namespace}.${kind}.${application}.${last}`);
  }
  if (service === undefined) return [`${namespace}.>`];
  return [
    ...instanceKinds.map((kind) => `${namespace}.${kind}.${service}.${instance}`),
    ...serviceKinds.map((kind) => `${namespace}.${kind}.${service}`),
  ];
}

/** The place itself, if its names are names. @throws ROLLCALL_NAME_INVALID */
export function checkedPlace(place: HistoricPlace): HistoricPlace {
  const { namespace, service, instance, application, key = 'any' } = place;
  for (const [role, name] of Object.entries({ namespace, service, instance })) {
    if (name !== undefined) checkName(role, name);
  }
  if (namespace === undefined || application === undefined) return place;
  const id: AggregateId = { kind: 'config', namespace, application, key };
  if (parseAggregateKey(aggregateKey(id)) !== undefined) return place;
  throw new RollcallError(
    'ROLLCALL_NAME_INVALID',
    `${quote(`${application}/${key}`)} is no application and key of config`,
    {
      action:
        'Applications are DNS labels or "_shared"; keys have 1 to 128 of A-Z, a-z, 0-9, "_", "." and "-".',
    },
  );
}
