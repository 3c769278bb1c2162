import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { type ContentType, contentTypes } from '../config/words.js';
import { limits } from '../limits.js';
import { IsApplication, IsConfigKey, IsConfigValue } from './config-decorators.js';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

/** Several keys of one application that changed together: all or none. */
export class ConfigChangeSet {
  @IsText(1, 64)
  id: string;

  /** Place of this key among them, from 0. */
  @IsInt()
  @Min(0)
  @Max(limits.batchMessagesMax - 1)
  index: number;

  /** How many keys changed. */
  @IsInt()
  @Min(1)
  @Max(limits.batchMessagesMax)
  count: number;
}

/** One config key of one application. */
export class ConfigRecord {
  @IsRollcallName()
  namespace: string;

  @IsApplication()
  application: string;

  @IsConfigKey()
  key: string;

  /** Absent only when the key is deleted; the same holds for the value. */
  @MayBeAbsent()
  @IsIn(contentTypes)
  contentType?: ContentType;

  /** The text as it was written; of a secret, the sealed envelope. */
  @MayBeAbsent()
  @IsConfigValue()
  value?: string;

  /** True in the event that deletes the key. */
  @MayBeAbsent()
  @IsBoolean()
  deleted?: boolean;

  /** The revision a roll-back brought back. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  restores?: number;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => ConfigChangeSet)
  changeSet?: ConfigChangeSet;

  /** The schedule that made this change when it was due. */
  @MayBeAbsent()
  @IsRollcallName()
  schedule?: string;
}
