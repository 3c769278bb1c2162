import { APPLICATION_SCHEMA_KEY, checkName, RollcallError } from '#contracts';
import { checkApplication, checkConfigKey } from '../config/words.js';
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
    const ofKey = configKinds.map((kind) => `${namespace}.${kind}.${application}.${last}`);
    // What a key may hold is also up to the schema of the whole application.
    return key === undefined
      ? ofKey
      : [...ofKey, `${namespace}.config-schema.${application}.${APPLICATION_SCHEMA_KEY}`];
  }
  if (service === undefined) return [`${namespace}.>`];
  return [
    ...instanceKinds.map((kind) => `${namespace}.${kind}.${service}.${instance}`),
    ...serviceKinds.map((kind) => `${namespace}.${kind}.${service}`),
  ];
}

/** Of a place, only what is said about instances. */
export function instancePatterns({
  namespace = '*',
  service = '*',
  instance = '*',
}: HistoricPlace): string[] {
  return instanceKinds.map((kind) => `${namespace}.${kind}.${service}.${instance}`);
}

/** The place itself, if its names are names. @throws ROLLCALL_NAME_INVALID, and as `checkConfigKey` */
export function checkedPlace(place: HistoricPlace): HistoricPlace {
  const { namespace, service, instance, application, key } = place;
  for (const [role, name] of Object.entries({ namespace, service, instance })) {
    if (name !== undefined) checkName(role, name);
  }
  if (namespace !== undefined && application !== undefined) checkApplication({ namespace, application });
  if (key !== undefined) checkConfigKey(key);
  return place;
}
