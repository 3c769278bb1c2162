import { validateSync, type ValidationError } from 'class-validator';
import type { ConfigValue, ConfigValues } from '#client';
import { boundIn, type BoundProperty, type ConfigClass } from './config-key.decorator.js';

/** A class as the form of config: makes objects of it, checks them with class-validator, updates the injected one. */
export class ConfigBinding<Config extends object> {
  readonly #type: ConfigClass<Config>;
  readonly #bound: readonly BoundProperty[];
  /** The object everybody has injected. It is changed in place, in one go. */
  readonly instance: Config;

  constructor(type: ConfigClass<Config>) {
    this.#type = type;
    this.#bound = boundIn(type.prototype as object);
    this.instance = new type();
  }

  /** What class-validator says of these values, in sentences without the values. */
  problems(values: ConfigValues): string[] {
    const errors = validateSync(this.#made(values), {
      forbidUnknownValues: false,
      skipMissingProperties: false,
    });
    return errors.flatMap((error) => this.#sentences(error));
  }

  apply(values: ConfigValues): void {
    Object.assign(this.instance, this.#made(values));
  }

  /** Keys that are not there leave what the class says itself. */
  #made(values: ConfigValues): Config {
    const made = new this.#type() as Record<string, unknown>;
    for (const { property, key, declared } of this.#bound) {
      // Fields without a value of their own must not keep an older one.
      made[property] = values.has(key) ? converted(values.get(key), declared) : made[property];
    }
    return made as Config;
  }

  #sentences({ property, constraints, children = [] }: ValidationError): string[] {
    const own = Object.values(constraints ?? {});
    const key = this.#bound.find((bound) => bound.property === property)?.key ?? property;
    const deeper = children
      .flatMap((child) => this.#sentences(child))
      .map((sentence) => `${property}: ${sentence}`);
    return [...own.map((sentence) => (key === property ? sentence : `${sentence} (key ${key})`)), ...deeper];
  }
}

/** Text, as `.env` files have nothing else, becomes the number or boolean a property is declared as. */
function converted(value: ConfigValue, declared: unknown): ConfigValue {
  if (typeof value !== 'string') return value;
  if (declared === Number && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  if (declared === Boolean && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
