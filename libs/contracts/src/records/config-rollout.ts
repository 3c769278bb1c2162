import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { limits } from '../limits.js';
import { IsApplication, IsConfigKey } from './config-decorators.js';
import { IsRollcallName, IsText } from './decorators.js';

const countMax = 10_000_000;

/** An instance that would not take a value. */
export class RolloutRejection {
  @IsRollcallName()
  instance: string;

  @IsText(0, limits.reasonLengthMax)
  reason: string;
}

/** How a revision of a key came to the instances: written once, when all have answered or the time is over. */
export class ConfigRolloutRecord {
  @IsRollcallName()
  namespace: string;

  @IsApplication()
  application: string;

  @IsConfigKey()
  key: string;

  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  keyRevision: number;

  /** Instances that were to apply it. */
  @IsInt()
  @Min(0)
  @Max(countMax)
  expected: number;

  @IsInt()
  @Min(0)
  @Max(countMax)
  applied: number;

  @IsInt()
  @Min(0)
  @Max(countMax)
  rejected: number;

  /** From the change's place in the journal to the last answer that counted, in ms. */
  @IsInt()
  @Min(0)
  @Max(limits.scheduleMsMax)
  durationMs: number;

  /** The first so many that rejected it. */
  @IsArray()
  @ArrayMaxSize(limits.rolloutRejectionsMax)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => RolloutRejection)
  rejections: RolloutRejection[];
}
