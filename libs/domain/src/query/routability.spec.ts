import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EffectiveStatus, type InstanceView, statuses } from '#contracts';
import { routability, routableOf } from './routability.js';

const anyView = fc
  .record({
    namespace: fc.constantFrom('default', 'test'),
    service: fc.constantFrom('a', 'b'),
    status: fc.constantFrom<EffectiveStatus>(...statuses, 'suspect'),
    weight: fc.constantFrom(0, 1, 100),
    departure: fc.constantFrom(undefined, undefined, undefined, 'expired'),
  })
  .map((view) => view as unknown as InstanceView);

describe('routability', () => {
  it.each<[EffectiveStatus, string]>([
    ['up', 'preferred'],
    ['suspect', 'last-resort'],
    ['overloaded', 'last-resort'],
    ['draining', 'last-resort'],
    ['starting', 'never'],
    ['maintenance', 'never'],
    ['down', 'never'],
    ['invented-later' as EffectiveStatus, 'never'],
  ])('of an instance that is %s is %s', (status, expected) => {
    expect(routability({ status, weight: 1 } as InstanceView)).toBe(expected);
  });

  it('is never for the departed and for a weight of 0, whatever the status', () => {
    expect(routability({ status: 'up', weight: 0 } as InstanceView)).toBe('never');
    expect(routability({ status: 'up', weight: 1, departure: 'evicted' } as InstanceView)).toBe('never');
  });

  it('empties no service that has anybody left, and mixes no second choice with a first', () => {
    fc.assert(
      fc.property(fc.array(anyView, { maxLength: 12 }), (views) => {
        const chosen = routableOf(views);
        for (const namespace of ['default', 'test']) {
          for (const service of ['a', 'b']) {
            const mine = (view: InstanceView): boolean =>
              view.namespace === namespace && view.service === service;
            const ranks = new Set<string>(views.filter(mine).map(routability));
            const best = ['preferred', 'last-resort'].find((rank) => ranks.has(rank));
            expect(chosen.filter(mine)).toEqual(
              views.filter((view) => mine(view) && routability(view) === best),
            );
          }
        }
      }),
    );
  });
});
