import type { HealthCheckKind } from '#contracts';

export interface HealthTarget {
  readonly kind: HealthCheckKind;
  readonly isSecure: boolean;
  readonly address: string;
  readonly port: number;
  /** Path for http, service name for grpc. */
  readonly path: string;
  readonly timeoutMs: number;
}

export interface HealthAnswer {
  readonly isGood: boolean;
  /** In words, for the evidence. */
  readonly detail: string;
}

/** Looks once. Never rejects: whatever goes wrong is the answer. */
export interface HealthProbe {
  check(target: HealthTarget): Promise<HealthAnswer>;
}

/** The replicas that share the work, this one included, by name. */
export interface Replicas {
  names(): readonly string[];
}
