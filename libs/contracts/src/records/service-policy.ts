import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { limits } from '../limits.js';
import { IsMetadata, IsRollcallName, IsText, MayBeAbsent } from './decorators.js';
import { CallPolicy, RouteRule } from './routing.js';

/** When many instances of a service would expire at once, keep serving them as suspects. */
export class ProtectionPolicy {
  /** Engages when more than this share of the service would go at once, in percent. */
  @IsInt()
  @Min(1)
  @Max(100)
  sharePercent: number;

  /** Never engages for fewer instances than this. */
  @IsInt()
  @Min(2)
  @Max(100_000)
  minimumCount: number;

  /** Longest time it may hold while everything else looks healthy, in ms. */
  @IsInt()
  @Min(1_000)
  @Max(86_400_000)
  maxMs: number;
}

/** What operators decided for a service as a whole. */
export class ServicePolicyRecord {
  @IsRollcallName()
  namespace: string;

  @IsRollcallName()
  service: string;

  @MayBeAbsent()
  @IsText(0, 512)
  description?: string;

  @MayBeAbsent()
  @IsMetadata()
  metadata?: Record<string, string>;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => ProtectionPolicy)
  protection?: ProtectionPolicy;

  /** How callers call it, where they do not say it themselves. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => CallPolicy)
  calls?: CallPolicy;

  /** Which calls go to which instances: the first rule that matches decides. None: to all alike. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(limits.routesMax)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => RouteRule)
  routes?: RouteRule[];
}
