import { describe, expect, it } from '@jest/globals';
import type { InstanceView } from '#contracts';
import { type ServiceSlots, ViewTable } from '#domain';
import { countService } from './headcount.js';

const noonMs = Date.UTC(2026, 0, 1, 12);

function serviceOf(views: readonly Partial<InstanceView>[]): ServiceSlots {
  const table = new ViewTable();
  for (const [index, fields] of views.entries()) {
    const names = { namespace: 'default', service: 'orders', instance: `o-${index}` };
    const view = { ...names, status: 'up', weight: 100, leaseMs: 7_000, ...fields } as InstanceView;
    const at = new Date(noonMs).toISOString();
    const cause = { id: 'x', type: 'rollcall.instance.registered.v1' };
    table.put(`default.instance.orders.o-${index}`, { sequence: index + 1, at, cause, record: view });
  }
  return table.service('default', 'orders') as ServiceSlots;
}

const verdictBy = (signal: string) => ({ verdict: { evidence: { signal } } as InstanceView['verdict'] });
const silent = { status: 'suspect', ...verdictBy('heartbeat-lapsed') } as Partial<InstanceView>;
const unwell = { status: 'suspect', ...verdictBy('health-check') } as Partial<InstanceView>;
const mayExpire = (view: InstanceView): boolean => view.verdict?.evidence.signal !== 'health-check';

describe('the headcount of a service', () => {
  it('does not count as going who fails a health check and beats: it would hold protection for ever', () => {
    const count = countService(serviceOf([unwell, unwell, unwell, silent, {}]), noonMs, mayExpire);
    expect(count).toEqual({
      standingCount: 5,
      suspectCount: 1,
      otherRoutableCount: 4,
      presentCount: 5,
      goingCount: 1,
    });
  });

  it('counts who expired a moment ago as going with the others, and no longer after that', () => {
    const gone = { status: 'down', departure: 'expired' } as Partial<InstanceView>;
    const slots = serviceOf([silent, gone, gone, {}]);
    expect(countService(slots, noonMs + 1_000, mayExpire)).toMatchObject({ presentCount: 4, goingCount: 3 });
    expect(countService(slots, noonMs + 30_000, mayExpire)).toMatchObject({ presentCount: 2, goingCount: 1 });
  });

  it('knows whom callers can be sent to besides the suspects', () => {
    const slots = serviceOf([silent, { status: 'maintenance' }, { weight: 0 }, { status: 'draining' }]);
    expect(countService(slots, noonMs, mayExpire)).toMatchObject({ suspectCount: 1, otherRoutableCount: 1 });
  });
});
