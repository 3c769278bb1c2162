import {
  APPLICATION_SCHEMA_KEY,
  CONFIG_KEY_PATTERN,
  APPLICATION_PATTERN,
  checkName,
  type ConfigAggregateId,
  quote,
  RollcallError,
} from '#contracts';

/** Where config stands: one application of one namespace. */
export interface ApplicationPlace {
  readonly namespace: string;
  readonly application: string;
}

/** One key of an application; where it is about schemas also `=application`. */
export interface KeyPlace extends ApplicationPlace {
  readonly key: string;
}

/** @throws ROLLCALL_NAME_INVALID */
export function checkApplication({ namespace, application }: ApplicationPlace): ApplicationPlace {
  checkName('namespace', namespace);
  if (typeof application !== 'string' || !APPLICATION_PATTERN.test(application)) {
    throw new RollcallError(
      'ROLLCALL_NAME_INVALID',
      `application name ${quote(application)} is neither a DNS label nor "_shared"`,
      { details: { role: 'application' } },
    );
  }
  return { namespace, application };
}

/** @throws ROLLCALL_NAME_INVALID */
export function checkConfigKey(key: unknown): string {
  if (typeof key === 'string' && CONFIG_KEY_PATTERN.test(key)) return key;
  throw new RollcallError('ROLLCALL_NAME_INVALID', `config key ${quote(key)} is not a valid name`, {
    action: 'Use 1 to 128 of A-Z, a-z, 0-9, "_", "." and "-".',
    details: { role: 'key' },
  });
}

/** A config key, or `=application`. @throws ROLLCALL_NAME_INVALID */
export function checkSchemaKey(key: unknown): string {
  return key === APPLICATION_SCHEMA_KEY ? key : checkConfigKey(key);
}

export function configId(
  { namespace, application }: ApplicationPlace,
  key: string,
  kind: ConfigAggregateId['kind'] = 'config',
): ConfigAggregateId {
  return { kind, namespace, application, key };
}

/** An application as sentences name it. */
export function nameOf({ namespace, application }: ApplicationPlace): string {
  return namespace === 'default' ? quote(application) : `${quote(application)} in ${quote(namespace)}`;
}
