import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { limits } from '../limits.js';
import { IsApplication, IsConfigKey } from './config-decorators.js';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

const undoStates = ['started', 'finished'] as const;
export type UndoState = (typeof undoStates)[number];

/** Which events a plan undoes. */
export class UndoOrderRecord {
  /** In the words somebody asked with: the same words go on with a plan that was interrupted. */
  @IsText(1, 1_024)
  asked: string;

  /** First sequence. */
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  from: number;

  /** Last sequence. */
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  to: number;

  /** Event types, whole or a word of one. Absent: whatever somebody decided. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(limits.queryTermsMax)
  @IsText(1, 128, { each: true })
  types?: string[];

  @MayBeAbsent()
  @IsText(1, limits.attributeLengthMax)
  actor?: string;

  @MayBeAbsent()
  @IsRollcallName()
  service?: string;

  @MayBeAbsent()
  @IsRollcallName()
  instance?: string;

  @MayBeAbsent()
  @IsApplication()
  application?: string;

  @MayBeAbsent()
  @IsConfigKey()
  key?: string;
}

/** A plan to undo events, when it is started and when it has come to its end. */
export class UndoRecord {
  @IsRollcallName()
  namespace: string;

  /** Made of what the plan holds: the same plan has the same name. */
  @IsRollcallName()
  plan: string;

  @IsIn(undoStates)
  state: UndoState;

  @IsObject()
  @ValidateNested()
  @Type(() => UndoOrderRecord)
  order: UndoOrderRecord;

  /** The plan is what the journal up to this sequence led to. */
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  position: number;

  /** SHA-256 over the compensating events, in hexadecimal. */
  @Matches(/^[0-9a-f]{64}$/)
  digest: string;

  /** Aggregates the plan undoes something of. */
  @IsInt()
  @Min(1)
  @Max(limits.undoItemsMax)
  planned: number;

  /** Of these, how many were undone; said at the end. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(limits.undoItemsMax)
  undone?: number;

  /** Of these, how many were left as they are, because they changed meanwhile; said at the end. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(limits.undoItemsMax)
  skipped?: number;
}
