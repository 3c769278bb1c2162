import { ArrayMaxSize, ArrayUnique, IsArray } from 'class-validator';
import { limits } from '../limits.js';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

/** Which instances something is for. What is given must all hold; nothing given holds for everybody. */
export class ConfigMatch {
  /** Version range of npm's semver, e.g. `>=2.1 <3`. */
  @MayBeAbsent()
  @IsText(1, 256)
  version?: string;

  @MayBeAbsent()
  @IsText(1, 128)
  zone?: string;

  /** Tags the instance must all carry. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(limits.tagsMax)
  @ArrayUnique()
  @IsText(1, limits.tagLengthMax, { each: true })
  tags?: string[];

  /** The instance of this name alone. */
  @MayBeAbsent()
  @IsRollcallName()
  instance?: string;

  /** Label selector over tags and metadata, in the language of queries. */
  @MayBeAbsent()
  @IsText(1, limits.queryTextMax)
  selector?: string;
}
