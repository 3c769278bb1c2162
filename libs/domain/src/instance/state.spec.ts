import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyEvidence, anyInstanceRecord } from '#testkit';
import {
  type OverrideView,
  overrideStatuses,
  type Status,
  type VerdictState,
  verdictStates,
  type VerdictView,
} from '#contracts';
import { normalizeEvidence, normalizeInstance } from './normalize.js';
import {
  type InstanceState,
  isVerdictInForce,
  joinInstance,
  type Registration,
  splitInstance,
} from './state.js';

const at = '2026-01-01T00:00:00.000Z';
const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };

const anyRegistration: fc.Arbitrary<Registration> = fc
  .record({ record: anyInstanceRecord(), registeredSequence: fc.nat(), later: fc.nat(), left: fc.boolean() })
  .map(({ record, registeredSequence, later, left }) => ({
    record: normalizeInstance({ ...record, ...names }),
    registeredSequence,
    registeredAt: at,
    revision: registeredSequence + later,
    left,
  }));

const anyOverride: fc.Arbitrary<OverrideView> = fc.record(
  {
    sequence: fc.nat(),
    at: fc.constant(at),
    status: fc.constantFrom(...overrideStatuses),
    weight: fc.integer({ min: 0, max: 1_000 }),
    evictedIncarnation: fc.integer({ min: 1, max: 5 }),
    actor: fc.string(),
    reason: fc.string(),
  },
  { requiredKeys: ['sequence', 'at'], noNullPrototype: true },
);

const anyVerdict: fc.Arbitrary<VerdictView> = fc.record(
  {
    sequence: fc.nat(),
    at: fc.constant(at),
    incarnation: fc.integer({ min: 1, max: 5 }),
    state: fc.constantFrom(...verdictStates),
    evidence: anyEvidence().map(normalizeEvidence),
  },
  { noNullPrototype: true },
);

const anyState = fc.record(
  { registration: anyRegistration, override: anyOverride, verdict: anyVerdict },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<InstanceState>;

describe('joining the three aggregates of an instance', () => {
  it('can be undone: what was joined can be split', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(splitInstance(joinInstance(names, state))).toEqual(state);
      }),
    );
  });

  it('gives the same view again from what was split', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const view = joinInstance(names, state);
        expect(joinInstance(names, splitInstance(view))).toEqual(view);
      }),
    );
  });
});

interface Said {
  readonly status?: Status;
  readonly left?: boolean;
  readonly override?: Partial<OverrideView>;
  readonly verdict?: {
    readonly state: VerdictState;
    readonly incarnation?: number;
    readonly sequence?: number;
  };
}

/** An instance in incarnation 2, registered at sequence 10. */
function seen({ status = 'up', left = false, override, verdict }: Said) {
  const [record] = fc.sample(anyInstanceRecord(), { numRuns: 1, seed: 7 }).map(normalizeInstance);
  const registration = {
    record: { ...(record as ReturnType<typeof normalizeInstance>), incarnation: 2, status, weight: 100 },
    registeredSequence: 10,
    registeredAt: at,
    revision: 11,
    left,
  };
  return joinInstance(names, {
    registration,
    ...(override === undefined ? {} : { override: { sequence: 12, at, ...override } }),
    ...(verdict === undefined
      ? {}
      : { verdict: { sequence: 13, at, incarnation: 2, evidence: { signal: 'sweep' }, ...verdict } }),
  });
}

describe('the status callers act on', () => {
  it.each<[string, Said, string, string | undefined]>([
    ['is what the service says', { status: 'overloaded' }, 'overloaded', undefined],
    ['is what an operator laid over it', { override: { status: 'maintenance' } }, 'maintenance', undefined],
    ['is suspect while a verdict suspects it', { verdict: { state: 'suspected' } }, 'suspect', undefined],
    [
      'is suspect even under an override',
      { override: { status: 'draining' }, verdict: { state: 'suspected' } },
      'suspect',
      undefined,
    ],
    ['is what the service says once it is cleared', { verdict: { state: 'cleared' } }, 'up', undefined],
    ['is down when it left', { left: true }, 'down', 'deregistered'],
    ['is down when it expired', { verdict: { state: 'expired' } }, 'down', 'expired'],
    ['is down when its incarnation was evicted', { override: { evictedIncarnation: 2 } }, 'down', 'evicted'],
    [
      'is down when a later incarnation was evicted',
      { override: { evictedIncarnation: 3 } },
      'down',
      'evicted',
    ],
    [
      'ignores the eviction of an earlier incarnation',
      { override: { evictedIncarnation: 1 } },
      'up',
      undefined,
    ],
    [
      'ignores a verdict about an earlier incarnation',
      { verdict: { state: 'expired', incarnation: 1 } },
      'up',
      undefined,
    ],
    [
      'ignores a verdict about a later incarnation',
      { verdict: { state: 'expired', incarnation: 3 } },
      'up',
      undefined,
    ],
    [
      'ignores a verdict at the registration itself',
      { verdict: { state: 'expired', sequence: 10 } },
      'up',
      undefined,
    ],
    [
      'ignores a verdict from before the registration',
      { verdict: { state: 'suspected', sequence: 9 } },
      'up',
      undefined,
    ],
    [
      'names leaving before eviction and expiry',
      { left: true, override: { evictedIncarnation: 2 }, verdict: { state: 'expired' } },
      'down',
      'deregistered',
    ],
    [
      'names eviction before expiry',
      { override: { evictedIncarnation: 2 }, verdict: { state: 'expired' } },
      'down',
      'evicted',
    ],
  ])('%s', (_rule, said, status, departure) => {
    const view = seen(said);
    expect({ status: view.status, departure: view.departure }).toEqual({ status, departure });
  });

  it('keeps beside it what the service said itself, where that differs', () => {
    expect(seen({}).reported).toBe(undefined);
    expect(seen({ override: { status: 'draining', weight: 5 } }).reported).toEqual({
      status: 'up',
      weight: 100,
    });
    expect(seen({ override: { weight: 0 } })).toMatchObject({
      weight: 0,
      status: 'up',
      reported: { weight: 100 },
    });
    expect(seen({ override: { weight: 100 } }).reported).toBe(undefined);
  });

  it('of somebody nobody registered is down, with incarnation 0', () => {
    expect(joinInstance(names, {})).toMatchObject({
      ...names,
      incarnation: 0,
      status: 'down',
      departure: 'unregistered',
    });
  });
});

describe('a verdict in force', () => {
  it('is about this incarnation, later than its registration, and not cleared', () => {
    fc.assert(
      fc.property(anyRegistration, anyVerdict, (registration, verdict) => {
        const expected =
          verdict.incarnation === registration.record.incarnation &&
          verdict.sequence > registration.registeredSequence &&
          verdict.state !== 'cleared';
        expect(isVerdictInForce(registration, verdict)).toBe(expected);
        expect(isVerdictInForce(registration, undefined)).toBe(false);
      }),
    );
  });
});
