import { IsBoolean, IsObject } from 'class-validator';
import { IsApplication, IsSchemaKey } from './config-decorators.js';
import { IsRollcallName, MayBeAbsent } from './decorators.js';

/** The JSON Schema the values of a key, or of a whole application, must meet. */
export class ConfigSchemaRecord {
  @IsRollcallName()
  namespace: string;

  @IsApplication()
  application: string;

  /** A config key; `=application` for a schema over the object of all keys. */
  @IsSchemaKey()
  key: string;

  /** Absent only when the schema is removed. */
  @MayBeAbsent()
  @IsObject()
  schema?: object;

  /** True in the event that takes the schema away. */
  @MayBeAbsent()
  @IsBoolean()
  removed?: boolean;
}
