import { heartbeatTtlMs } from '#contracts';
import { type LeaseTimes } from '../lease/lease.js';

/** A message of the lease stream, as far as its headers tell. */
export interface BeatHeaders {
  /** `Nats-TTL`, as written. */
  readonly ttl: string | undefined;
  /** `Nats-Marker-Reason`: the broker's own word when a lease lapsed. */
  readonly markerReason: string | undefined;
  /** `Nats-Stream-Source`: set by the broker on what came in from the heartbeat stream, never on its own markers. */
  readonly streamSource: string | undefined;
  /** `KV-Operation` or `Nats-Rollup`: no business of a heartbeat. */
  readonly foreign: string | undefined;
}

export type BeatKind =
  | { readonly kind: 'beat' }
  /** The broker says that the last beat has lived its life. */
  | { readonly kind: 'lapsed' }
  | { readonly kind: 'refused'; readonly reason: string };

/** What a message on a lease subject is. A client can forge headers, but not the absence of the source header. */
export function classifyBeat(headers: BeatHeaders): BeatKind {
  if (headers.streamSource === undefined) {
    return headers.markerReason === undefined
      ? { kind: 'refused', reason: 'it did not come in through the heartbeat stream' }
      : { kind: 'lapsed' };
  }
  if (headers.markerReason !== undefined)
    return { kind: 'refused', reason: 'it carries a forged delete marker' };
  if (headers.foreign !== undefined)
    return { kind: 'refused', reason: `it carries the foreign header "${headers.foreign}"` };
  return { kind: 'beat' };
}

/**
 * Whether a beat's life span is one its record allows. A longer one, or `never`, would buy more than one lease.
 * Returns the reason against it, or undefined.
 */
export function ttlRefusal(ttl: string | undefined, times: LeaseTimes): string | undefined {
  const allowed = heartbeatTtlMs(times.heartbeatMs) / 1_000;
  const seconds = /^(\d{1,6})s?$/.exec(ttl ?? '')?.[1];
  if (seconds === undefined) return `its life span "${ttl ?? ''}" is not a whole number of seconds`;
  return Number(seconds) > allowed || Number(seconds) === 0
    ? `its life span of ${seconds} s is not between 1 s and the ${allowed} s of its record`
    : undefined;
}

/** When the last beat no longer speaks for the instance: after its life span, in broker time. */
export function isLapsed(lastBeatAtMs: number, times: LeaseTimes, nowMs: number): boolean {
  return nowMs - lastBeatAtMs > heartbeatTtlMs(times.heartbeatMs);
}
