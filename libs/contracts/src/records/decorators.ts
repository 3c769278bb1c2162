import { Matches, registerDecorator, ValidateIf, type ValidationOptions } from 'class-validator';
import { limits } from '../limits.js';
import { NAME_PATTERN } from '../names.js';

/** A DNS label: namespace, service, instance, endpoint name. */
export function IsRollcallName(options?: ValidationOptions): PropertyDecorator {
  return Matches(NAME_PATTERN, {
    message: '$property must be a DNS label (a-z, 0-9, "-", at most 63)',
    ...options,
  });
}

/**
 * The field may be absent, but not null. class-validator's own IsOptional also lets null through,
 * which JSON Schema does not, and the two must agree.
 */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

export const METADATA_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$/;

function isMetadata(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= limits.metadataKeysMax &&
    entries.every(
      ([key, text]) =>
        METADATA_KEY_PATTERN.test(key) &&
        typeof text === 'string' &&
        [...text].length <= limits.metadataValueLengthMax,
    )
  );
}

/** A flat map of strings, bounded in keys and lengths. */
export function IsMetadata(options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isMetadata',
      target: target.constructor,
      propertyName: propertyName as string,
      options: {
        message: `$property must map at most ${limits.metadataKeysMax} keys to strings of at most ${limits.metadataValueLengthMax} characters`,
        ...options,
      },
      validator: { validate: isMetadata },
    });
}

/**
 * A string of so many characters, counted as Unicode code points like JSON Schema does.
 * class-validator's own length rules count variation selectors differently.
 */
export function IsText(lengthMin: number, lengthMax: number, options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isText',
      target: target.constructor,
      propertyName: propertyName as string,
      constraints: [lengthMin, lengthMax],
      options: { message: `$property must be a text of ${lengthMin} to ${lengthMax} characters`, ...options },
      validator: {
        validate: (value: unknown) => {
          if (typeof value !== 'string') return false;
          const length = [...value].length;
          return length >= lengthMin && length <= lengthMax;
        },
      },
    });
}
