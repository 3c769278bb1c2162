import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsObject, ValidateNested } from 'class-validator';
import { type ContentType, contentTypes } from '../config/words.js';
import { limits } from '../limits.js';
import { IsApplication, IsConfigKey, IsConfigValue } from './config-decorators.js';
import { ConfigMatch } from './config-match.js';
import { IsRollcallName, MayBeAbsent } from './decorators.js';

/** Another value of a key, for some instances. */
export class ConfigOverride {
  /** Tells it apart from the other overrides of the key. */
  @IsRollcallName()
  name: string;

  @IsObject()
  @ValidateNested()
  @Type(() => ConfigMatch)
  match: ConfigMatch;

  @IsIn(contentTypes)
  contentType: ContentType;

  @IsConfigValue()
  value: string;
}

/** All overrides of one key. Of those that match an instance, the last counts. */
export class ConfigOverrideRecord {
  @IsRollcallName()
  namespace: string;

  @IsApplication()
  application: string;

  @IsConfigKey()
  key: string;

  @IsArray()
  @ArrayMaxSize(limits.configOverridesMax)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ConfigOverride)
  overrides: ConfigOverride[];

  /** True in the event that takes all of them away. */
  @MayBeAbsent()
  @IsBoolean()
  removed?: boolean;
}
