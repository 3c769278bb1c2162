import { heartbeatTtlMs, type Signal } from '#contracts';
import type { LeaseTimes } from '../lease/lease.js';
import { expiryDueMs } from '../liveness/suspect.js';

/** One suspicion as the journal tells it, with how it ended. All times are broker time, ms. */
export interface Suspicion {
  readonly service: string;
  readonly instance: string;
  readonly incarnation: number;
  /** Sequence of the verdict that raised it. */
  readonly sequence: number;
  readonly signal: Signal;
  readonly times: LeaseTimes;
  readonly suspectedAtMs: number;
  readonly lastBeatAtMs?: number | undefined;
  /** Absent: it still stood at the end of what was looked at. `over`: the instance left or was started anew. */
  readonly end?: { readonly kind: 'cleared' | 'expired' | 'over'; readonly atMs: number } | undefined;
  /** After an expiry: when the very same process registered again, so that it had been alive. */
  readonly backAtMs?: number | undefined;
}

export type WhatIf =
  'same' | 'not-suspected' | 'not-expired' | 'expired-later' | 'expired-sooner' | 'expired-instead';

export interface Judgement {
  readonly whatIf: WhatIf;
  /** When it would have been expired, unless it would not have been. */
  readonly dueAtMs?: number;
}

/** Only these come from the silence of the heart; the others would have been raised whatever the lease. */
const bySilence = new Set<Signal>(['heartbeat-lapsed', 'sweep']);

/**
 * What would have become of a suspicion under another lease, as far as its evidence tells: it assumes that the signs
 * of life came when they did. What nobody suspected leaves no trace, so a shorter lease may have cost more than this
 * can say.
 * @param toMs end of what was looked at
 */
export function judgeSuspicion(suspicion: Suspicion, lease: Partial<LeaseTimes>, toMs: number): Judgement {
  const { times, suspectedAtMs, lastBeatAtMs, end } = suspicion;
  const other = { ...times, ...lease };
  const suspectedMs = suspectedAtMs + shiftOf(suspicion, other);
  const aliveMs = aliveFrom(suspicion, toMs);
  if (suspectedMs > suspectedAtMs && suspectedMs >= aliveMs) return { whatIf: 'not-suspected' };
  const dueAtMs = expiryDueMs({ times: other, suspectedAtMs: suspectedMs, lastBeatAtMs });
  const laterMs = dueAtMs - expiryDueMs({ times, suspectedAtMs, lastBeatAtMs });
  // It was due all the same, and whether it was kept then was not for the lease to say.
  if (laterMs === 0) return { whatIf: 'same' };
  if (laterMs < 0 && end?.kind === 'expired') return { whatIf: 'expired-sooner', dueAtMs };
  if (laterMs < 0) return dueAtMs < aliveMs ? { whatIf: 'expired-instead', dueAtMs } : { whatIf: 'same' };
  if (end?.kind !== 'expired') return { whatIf: 'same' };
  return dueAtMs >= aliveMs ? { whatIf: 'not-expired' } : { whatIf: 'expired-later', dueAtMs };
}

/** How much later silence would have been noticed. */
function shiftOf({ signal, times }: Suspicion, other: LeaseTimes): number {
  if (!bySilence.has(signal)) return 0;
  return heartbeatTtlMs(other.heartbeatMs) - heartbeatTtlMs(times.heartbeatMs);
}

/** From then on nobody would have expired it: a sign of life, a good-bye, a new start. */
function aliveFrom({ end, backAtMs }: Suspicion, toMs: number): number {
  if (end?.kind === 'expired') return backAtMs ?? Infinity;
  return end?.atMs ?? toMs;
}
