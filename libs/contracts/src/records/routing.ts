import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { limits } from '../limits.js';
import { IsMetadata, IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

/** Which calls a routing rule is about. All that is given must hold; a value `*` means "present". */
export class RouteMatch {
  /** Names of calling services, of which one must call. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(limits.routeCallersMax)
  @IsRollcallName({ each: true })
  callers?: string[];

  /** Headers of the call; names in any case. */
  @MayBeAbsent()
  @IsMetadata()
  headers?: Record<string, string>;

  /** Metadata of the calling instance. */
  @MayBeAbsent()
  @IsMetadata()
  labels?: Record<string, string>;
}

/** Where a routing rule sends calls: instances in the words of the filter language, and their share. */
export class RouteTarget {
  /** Share of the calls relative to the other targets. Default 1. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(limits.weightMax)
  weight?: number;

  /** Range of semantic versions, e.g. `^2`. */
  @MayBeAbsent()
  @IsText(1, 256)
  version?: string;

  @MayBeAbsent()
  @IsText(1, limits.tagLengthMax)
  tag?: string;

  @MayBeAbsent()
  @IsRollcallName()
  zone?: string;

  /** Requirements on the metadata, e.g. `team=blue,!legacy`. */
  @MayBeAbsent()
  @IsText(1, 512)
  selector?: string;
}

/** One routing rule. The first one of a policy that matches a call decides. */
export class RouteRule {
  @IsRollcallName()
  name: string;

  /** Absent: every call. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => RouteMatch)
  match?: RouteMatch;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(limits.routeTargetsMax)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => RouteTarget)
  to: RouteTarget[];
}

export const balancers = ['least-loaded', 'round-robin', 'weighted', 'hash'] as const;
export type Balancer = (typeof balancers)[number];

/** How callers call a service, where they do not say it themselves. */
export class CallPolicy {
  /** A call takes no longer, attempts included, in ms. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(limits.callTimeoutMsMax)
  timeoutMs?: number;

  /** One attempt takes no longer, in ms. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(limits.callTimeoutMsMax)
  attemptTimeoutMs?: number;

  /** Attempts for one call, the first included. 1: none is repeated. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(limits.callAttemptsMax)
  attemptsMax?: number;

  /** Repeated attempts may be this share of all calls, in percent. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(100)
  retryBudgetPercent?: number;

  @MayBeAbsent()
  @IsIn(balancers)
  balancer?: Balancer;

  /** How long a new instance takes to get its full share, in ms. 0: at once. */
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  slowStartMs?: number;

  /** Zones that take over when a caller's own has too few instances, in this order. */
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(limits.fallbackZonesMax)
  @ArrayUnique()
  @IsRollcallName({ each: true })
  fallbackZones?: string[];
}
