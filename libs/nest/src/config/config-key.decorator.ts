import { SetMetadata } from '@nestjs/common';

const CONFIG_KEYS = Symbol('rollcall:config-keys');
export const ON_CONFIG_CHANGE = Symbol('rollcall:on-config-change');

/** A class whose properties are config values. */
export type ConfigClass<Config extends object = object> = new () => Config;

/** One property, the config key behind it, and the type it was declared with. */
export interface BoundProperty {
  readonly property: string;
  readonly key: string;
  readonly declared: unknown;
}

/** Binds a property to a config key; without a name, to the key that is named like it. */
export function ConfigKey(key?: string): PropertyDecorator {
  return (prototype, property) => {
    const bound = { property: String(property), key: key ?? String(property) };
    const declared: unknown = Reflect.getMetadata('design:type', prototype, property);
    Reflect.defineMetadata(CONFIG_KEYS, [...boundIn(prototype), { ...bound, declared }], prototype);
  };
}

/** The bound properties of a class, those it inherits included. */
export function boundIn(prototype: object): readonly BoundProperty[] {
  return (Reflect.getMetadata(CONFIG_KEYS, prototype) as BoundProperty[] | undefined) ?? [];
}

/** What a marked method wants to hear of. */
export interface ConfigInterest {
  readonly type: ConfigClass;
  readonly key?: string;
}

/**
 * Calls the method after the config of a class has changed, all keys of a change set at once, with the
 * `ConfigUpdate`; with a key, only when that one changed, with its `ConfigChange`. The injected object has the new
 * values already.
 */
export function OnConfigChange(type: ConfigClass, key?: string): MethodDecorator {
  return SetMetadata<symbol, ConfigInterest>(ON_CONFIG_CHANGE, {
    type,
    ...(key === undefined ? {} : { key }),
  });
}
