import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { type ContentType, contentTypes, type ScheduleState, scheduleStates } from '../config/words.js';
import { limits } from '../limits.js';
import { TIME_PATTERN } from '../names.js';
import { IsApplication, IsConfigKey, IsConfigValue } from './config-decorators.js';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

/** What becomes of one key when the time has come. */
export class ScheduledChange {
  @IsConfigKey()
  key: string;

  @MayBeAbsent()
  @IsIn(contentTypes)
  contentType?: ContentType;

  @MayBeAbsent()
  @IsConfigValue()
  value?: string;

  /** True when the key is to be deleted. */
  @MayBeAbsent()
  @IsBoolean()
  deleted?: boolean;

  /** The revision this brings back, when it undoes a change. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  restores?: number;

  /** Skip it all when the key has another revision then; 0: when the key was ever written. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  expectedRevision?: number;

  /** Skip it all when the key's last event is another one then. Names a change whose revision is not known yet. */
  @MayBeAbsent()
  @IsText(1, 128)
  expectedEvent?: string;
}

/** A change of config that waits for its time: all its keys, or none. */
export class ConfigScheduleRecord {
  @IsRollcallName()
  namespace: string;

  @IsApplication()
  application: string;

  @IsRollcallName()
  schedule: string;

  @IsIn(scheduleStates)
  state: ScheduleState;

  @Matches(TIME_PATTERN, { message: '$property must be an RFC 3339 time' })
  effectiveAt: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(limits.batchMessagesMax)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ScheduledChange)
  changes: ScheduledChange[];

  /** True when it undoes an earlier change. */
  @MayBeAbsent()
  @IsBoolean()
  reverts?: boolean;

  /** Undo the change so long after it took effect, in ms. */
  @MayBeAbsent()
  @IsInt()
  @Min(limits.scheduleMsMin)
  @Max(limits.scheduleMsMax)
  revertAfterMs?: number;

  /** Why it was skipped, in a sentence. */
  @MayBeAbsent()
  @IsText(0, limits.reasonLengthMax)
  detail?: string;
}
