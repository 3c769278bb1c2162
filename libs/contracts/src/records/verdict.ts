import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, Matches, Max, Min, ValidateNested } from 'class-validator';
import { limits } from '../limits.js';
import { TIME_PATTERN } from '../names.js';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

export const verdictStates = ['suspected', 'cleared', 'expired'] as const;
export type VerdictState = (typeof verdictStates)[number];

/** What made the watchman look. */
export const signals = [
  'disconnect',
  'heartbeat-lapsed',
  'call-failed',
  'sweep',
  'health-check',
  'probe-answered',
  'heartbeat',
  'undo',
] as const;
export type Signal = (typeof signals)[number];

/** Why a verdict was reached, for the person who asks later. */
export class Evidence {
  @IsIn(signals)
  signal: Signal;

  /** Which watchman or consumer saw it. */
  @MayBeAbsent()
  @IsText(0, 256)
  observer?: string;

  /** One sentence. */
  @MayBeAbsent()
  @IsText(0, limits.reasonLengthMax)
  detail?: string;

  /** Broker time of the last heartbeat that counted. */
  @MayBeAbsent()
  @Matches(TIME_PATTERN, { message: '$property must be an RFC 3339 time' })
  lastHeartbeatAt?: string;

  /** Probes sent without an answer. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  probesUnanswered?: number;
}

/** What the watchman found about one incarnation. */
export class VerdictRecord {
  @IsRollcallName()
  namespace: string;

  @IsRollcallName()
  service: string;

  @IsRollcallName()
  instance: string;

  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  incarnation: number;

  /** Sequence of the registration it is about. Absent: the one before it. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  registeredSequence?: number;

  @IsIn(verdictStates)
  state: VerdictState;

  @IsObject()
  @ValidateNested()
  @Type(() => Evidence)
  evidence: Evidence;
}
