import { limits } from '#contracts';
import type { Actor } from '#application';

interface Caller {
  readonly ip: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const TRACEPARENT_PATTERN = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Who acts, for the journal: who they say they are, or where they called from. */
export function actorOf(caller: Caller, reason: string | undefined): Actor {
  const named = caller.headers['x-rollcall-actor'];
  const trace = caller.headers['traceparent'];
  return {
    actor:
      typeof named === 'string' && named !== ''
        ? named.slice(0, limits.attributeLengthMax)
        : `http:${caller.ip}`,
    source: '/http',
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(typeof trace === 'string' && TRACEPARENT_PATTERN.test(trace) ? { traceparent: trace } : {}),
  };
}
