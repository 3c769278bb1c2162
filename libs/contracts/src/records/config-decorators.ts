import { Matches } from 'class-validator';
import { APPLICATION_PATTERN, SCHEMA_KEY_PATTERN } from '../config/words.js';
import { limits } from '../limits.js';
import { CONFIG_KEY_PATTERN } from '../names.js';
import { IsText } from './decorators.js';

/** An application: a DNS label, or `_shared`. */
export function IsApplication(): PropertyDecorator {
  return Matches(APPLICATION_PATTERN, { message: '$property must be a DNS label or "_shared"' });
}

export function IsConfigKey(): PropertyDecorator {
  return Matches(CONFIG_KEY_PATTERN, {
    message: '$property must have 1 to 128 characters of A-Z, a-z, 0-9, "_", "." and "-"',
  });
}

/** A config key, or the place of the schema of a whole application. */
export function IsSchemaKey(): PropertyDecorator {
  return Matches(SCHEMA_KEY_PATTERN, { message: '$property must be a config key or "=application"' });
}

/** The text of a value, as it was written. */
export function IsConfigValue(): PropertyDecorator {
  return IsText(0, limits.configValueLengthMax);
}
