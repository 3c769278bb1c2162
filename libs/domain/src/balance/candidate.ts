import type { Endpoint, InstanceView } from '#contracts';
import type { Tier } from './tier.js';

/** An instance a caller may be sent to, and the way to it. */
export interface Candidate {
  readonly view: InstanceView;
  readonly endpoint: Endpoint;
  /** What a caller's experience with it is kept under: a new incarnation is a new acquaintance. */
  readonly key: string;
  readonly tier: Tier;
}

/** Why an instance is no candidate, from the most general reason to the most particular one. */
export const refusalReasons = ['departed', 'filter', 'protocol', 'address', 'status', 'route'] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** An instance that is none, and what speaks against it. */
export interface Refusal {
  readonly view: InstanceView;
  readonly by: RefusalReason;
  /** In words, e.g. `version 1.2.0 is not in ^2`. */
  readonly text: string;
}

export function candidateKey({ instance, incarnation }: InstanceView): string {
  return `${instance}.${incarnation}`;
}
