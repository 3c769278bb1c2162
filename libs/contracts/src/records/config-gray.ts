import { Type } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { type ContentType, contentTypes, type GrayState, grayStates } from '../config/words.js';
import { limits } from '../limits.js';
import { IsApplication, IsConfigKey, IsConfigValue } from './config-decorators.js';
import { ConfigMatch } from './config-match.js';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

/** Whom a gray release is for: those that match, a stable share of all, or that share of those that match. */
export class GrayTarget {
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => ConfigMatch)
  match?: ConfigMatch;

  @MayBeAbsent()
  @IsNumber()
  @Min(0)
  @Max(100)
  percent?: number;
}

/** A new value of a key that only some instances see yet. */
export class ConfigGrayRecord {
  @IsRollcallName()
  namespace: string;

  @IsApplication()
  application: string;

  @IsConfigKey()
  key: string;

  @IsIn(contentTypes)
  contentType: ContentType;

  @IsConfigValue()
  value: string;

  @IsObject()
  @ValidateNested()
  @Type(() => GrayTarget)
  to: GrayTarget;

  @IsIn(grayStates)
  state: GrayState;

  /** Revision of the key when the release began; 0 when the key did not exist. */
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  baseRevision: number;

  /** When more than this share of the instances it is for reject it, in percent, it is stopped. */
  @IsInt()
  @Min(0)
  @Max(100)
  rejectionSharePercentMax: number;

  /** Why it ended, in a sentence. */
  @MayBeAbsent()
  @IsText(0, limits.reasonLengthMax)
  detail?: string;
}
