import { IsBoolean, IsIn, IsInt, Max, Min } from 'class-validator';
import { limits } from '../limits.js';
import { IsRollcallName, MayBeAbsent } from './decorators.js';

export const overrideStatuses = ['draining', 'maintenance'] as const;
export type OverrideStatus = (typeof overrideStatuses)[number];

/** What an operator laid over an instance. A re-registration does not wipe it out. */
export class OverrideRecord {
  @IsRollcallName()
  namespace: string;

  @IsRollcallName()
  service: string;

  @IsRollcallName()
  instance: string;

  @MayBeAbsent()
  @IsIn(overrideStatuses)
  status?: OverrideStatus;

  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(limits.weightMax)
  weight?: number;

  /** Takes this incarnation (and older ones) out of the registry; a newer incarnation may come back. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  evictedIncarnation?: number;

  /** True in the event that lifts the override. */
  @MayBeAbsent()
  @IsBoolean()
  removed?: boolean;
}
