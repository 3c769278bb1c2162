import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

/** The state of a service's mass-expiry protection, with the numbers that led to it. */
export class ProtectionRecord {
  @IsRollcallName()
  namespace: string;

  @IsRollcallName()
  service: string;

  @IsBoolean()
  engaged: boolean;

  /** Instances present when it was decided. */
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  presentCount: number;

  /** Of these, how many would have gone at once; on release: how many are still suspected. */
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  goingCount: number;

  /** The policy in force when it was decided. */
  @IsInt()
  @Min(1)
  @Max(100)
  sharePercent: number;

  @MayBeAbsent()
  @IsText(0, 512)
  detail?: string;
}
