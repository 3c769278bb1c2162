import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
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
import { SEMVER_PATTERN, TIME_PATTERN } from '../names.js';
import { IsMetadata, IsRollcallName, IsText, MayBeAbsent } from './decorators.js';
import { Endpoint } from './endpoint.js';
import { HealthCheck } from './health-check.js';

/** What a service may say of itself. */
export const statuses = ['starting', 'up', 'draining', 'maintenance', 'overloaded', 'down'] as const;
export type Status = (typeof statuses)[number];

/** One running copy of a service, as the service itself describes it. */
export class InstanceRecord {
  @IsRollcallName()
  namespace: string;

  @IsRollcallName()
  service: string;

  @IsRollcallName()
  instance: string;

  /** One start of this instance: the previous number + 1, taken by compare-and-set at registration. */
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  incarnation: number;

  /** Version of the running software, Semantic Versioning. */
  @IsText(1, 128)
  @Matches(SEMVER_PATTERN, { message: '$property must be a semantic version such as 1.4.2' })
  version: string;

  @IsIn(statuses)
  status: Status;

  @IsArray()
  @ArrayMaxSize(limits.endpointsMax)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => Endpoint)
  endpoints: Endpoint[];

  @MayBeAbsent()
  @IsRollcallName()
  zone?: string;

  @MayBeAbsent()
  @IsRollcallName()
  region?: string;

  /** Share of traffic relative to the other instances; 0 takes none. Default 100. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(limits.weightMax)
  weight?: number;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(limits.tagsMax)
  @ArrayUnique()
  @IsText(1, limits.tagLengthMax, { each: true })
  tags?: string[];

  @MayBeAbsent()
  @IsMetadata()
  metadata?: Record<string, string>;

  /** How long the instance lives without a heartbeat, in ms. 0: it never beats and is never expired. */
  @IsInt()
  @Min(0)
  @Max(limits.leaseMsMax)
  leaseMs: number;

  /** How often it beats, in ms. The broker calls a beat lapsed after this, rounded up to seconds, plus 1 s. */
  @MayBeAbsent()
  @IsInt()
  @Min(limits.heartbeatMsMin)
  @Max(limits.leaseMsMax)
  heartbeatMs?: number;

  /** Lets the registry check its health, for instances that do not beat. */
  @MayBeAbsent()
  @ValidateNested()
  @Type(() => HealthCheck)
  healthCheck?: HealthCheck;

  /** When the process started, by its own clock. For people; no rule depends on it. */
  @MayBeAbsent()
  @Matches(TIME_PATTERN, { message: '$property must be an RFC 3339 time' })
  startedAt?: string;
}
