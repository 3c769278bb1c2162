import fc from 'fast-check';
import { balancers, type CallPolicy, limits, type RouteRule } from '#contracts';
import { anyName } from './names.js';
import { anyText } from './noise.js';
import { anyMetadata, recordWith } from './record-with.js';

export const anyCallPolicy = (): fc.Arbitrary<CallPolicy> =>
  recordWith<CallPolicy>(
    {},
    {
      timeoutMs: fc.integer({ min: 1, max: limits.callTimeoutMsMax }),
      attemptTimeoutMs: fc.integer({ min: 1, max: limits.callTimeoutMsMax }),
      attemptsMax: fc.integer({ min: 1, max: limits.callAttemptsMax }),
      retryBudgetPercent: fc.integer({ min: 0, max: 100 }),
      balancer: fc.constantFrom(...balancers),
      slowStartMs: fc.integer({ min: 0, max: 3_600_000 }),
      fallbackZones: fc.uniqueArray(anyName(), { maxLength: 3 }),
    },
  );

const anyMatch = (): fc.Arbitrary<RouteRule['match']> =>
  recordWith(
    {},
    {
      callers: fc.array(anyName(), { minLength: 1, maxLength: 3 }),
      headers: anyMetadata(),
      labels: anyMetadata(),
    },
  );

const anyTarget = (): fc.Arbitrary<RouteRule['to'][number]> =>
  recordWith(
    {},
    {
      weight: fc.integer({ min: 0, max: limits.weightMax }),
      version: fc.oneof(fc.constantFrom('^2', '1.x'), anyText(1, 256)),
      tag: anyText(1, limits.tagLengthMax),
      zone: anyName(),
      selector: fc.oneof(fc.constantFrom('team=blue', '!legacy'), anyText(1, 512)),
    },
  );

export const anyRoute = (): fc.Arbitrary<RouteRule> =>
  recordWith<RouteRule>(
    { name: anyName(), to: fc.array(anyTarget(), { minLength: 1, maxLength: 3 }) },
    { match: anyMatch() },
  );
