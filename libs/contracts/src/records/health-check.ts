import { IsIn, IsInt, Max, Min } from 'class-validator';
import { IsRollcallName, IsText, MayBeAbsent } from './decorators.js';

export const healthCheckKinds = ['http', 'tcp', 'grpc'] as const;
export type HealthCheckKind = (typeof healthCheckKinds)[number];

/** Asks the registry to look after an instance that does not beat by itself. */
export class HealthCheck {
  /** `http`: a GET answered by 2xx. `tcp`: a connection is taken. `grpc`: grpc.health.v1 says SERVING. */
  @IsIn(healthCheckKinds)
  kind: HealthCheckKind;

  /** Name of the endpoint that is checked. */
  @IsRollcallName()
  endpoint: string;

  /** Path for http, service name for grpc. */
  @MayBeAbsent()
  @IsText(0, 512)
  path?: string;

  /** Default 10 s. */
  @MayBeAbsent()
  @IsInt()
  @Min(1_000)
  @Max(3_600_000)
  intervalMs?: number;

  /** Default 2 s. */
  @MayBeAbsent()
  @IsInt()
  @Min(50)
  @Max(60_000)
  timeoutMs?: number;

  /** So many good answers in a row clear a suspicion. Default 1. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(10)
  successThreshold?: number;

  /** So many bad answers in a row raise one. Default 3. */
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(10)
  failureThreshold?: number;
}
