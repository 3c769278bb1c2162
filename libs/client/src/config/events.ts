import type { Cause, ConfigRejection, EffectiveKey } from '#contracts';

/**
 * A value as the service uses it: text as a string, numbers and booleans as such, JSON, YAML and properties as plain
 * frozen data, secrets as `Secret`.
 */
export type ConfigValue = unknown;

/** Every value an instance runs with, by key. */
export type ConfigValues = ReadonlyMap<string, ConfigValue>;

/** One key that is different now. */
export interface ConfigChange {
  readonly key: string;
  /** Absent when the key was not there. */
  readonly before?: ConfigValue;
  /** Absent when it is not there any more. */
  readonly after?: ConfigValue;
  /** Where the value comes from: layer and revision. */
  readonly effective?: EffectiveKey;
  /** The event that led here: who, why. Absent when it was the instance that changed, not its config. */
  readonly cause?: Cause;
}

/** Everything that changed at once. */
export interface ConfigUpdate {
  readonly changes: readonly ConfigChange[];
  /** Journal sequence up to which the application's config is dealt with. */
  readonly revision: number;
}

/**
 * Says whether the service can run with these values. What it throws, or the sentences it returns, refuse the
 * update: then the last good values stay. Must not show values: what it says is reported.
 */
export type ValidateConfig = (values: ConfigValues) => readonly string[] | void;

export interface ConfigHandlers {
  /** Values this instance would not take, newest first; told when they change. Empty when all is well again. */
  readonly onRejected?: (rejections: readonly ConfigRejection[]) => void;
}
