import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type InstanceView, isRollcallError } from '#contracts';
import { anyInstanceRecord } from '#testkit';
import { joinInstance } from '../instance/state.js';
import {
  compileFilter,
  compileWatchFilter,
  filterInstances,
  filterParameters,
  parseFilter,
} from './filter.js';

const base: InstanceView = {
  namespace: 'default',
  service: 'orders',
  instance: 'orders-1',
  incarnation: 1,
  version: '1.4.2',
  status: 'up',
  endpoints: [
    { name: 'http', protocol: 'http', address: '10.0.0.7', port: 8080 },
    { name: 'six', protocol: 'grpc', address: '2001:DB8::7', port: 9090 },
  ],
  zone: 'eu-1',
  weight: 100,
  tags: ['stable', 'a,b'],
  metadata: { team: 'a', tier: 'gold' },
  leaseMs: 0,
  registeredSequence: 1,
  registeredAt: '2026-01-01T00:00:00.000Z',
  revision: 1,
};

const matches = (input: Record<string, unknown>, view = base): boolean =>
  compileFilter(parseFilter(input))(view);

describe('a filter', () => {
  it.each<[Record<string, unknown>, boolean]>([
    [{}, true],
    [{ service: 'orders' }, true],
    [{ service: 'payments,orders' }, true],
    [{ service: ['payments', 'orders'] }, true],
    [{ service: 'payments' }, false],
    [{ instance: 'orders-1' }, true],
    [{ version: '^1.2' }, true],
    [{ version: '>=1.4.3 || 1.4.x' }, true],
    [{ version: '^2' }, false],
    [{ tag: 'stable' }, true],
    [{ tag: 'a,b' }, true],
    [{ tag: ['stable', 'canary'] }, false],
    [{ zone: 'eu-1,eu-2' }, true],
    [{ zone: 'eu-2' }, false],
    [{ region: 'eu' }, false],
    [{ protocol: 'nats,grpc' }, true],
    [{ protocol: 'udp' }, false],
    [{ status: 'suspect, up' }, true],
    [{ status: 'down' }, false],
    [{ selector: 'team in (a,b),tier!=test' }, true],
    [{ selector: ['team=a', 'tier=test'] }, false],
    [{ address: '10.0.0.7' }, true],
    [{ address: '10.0.0.7:8080' }, true],
    [{ address: '10.0.0.7:9090' }, false],
    [{ address: '10.0.0.8,[2001:db8::7]:9090' }, true],
    [{ address: '2001:db8::7' }, true],
    [{ version: '^1', zone: 'eu-2' }, false],
  ])('%j keeps a stable orders-1 in eu-1: %s', (input, expected) => {
    expect(matches(input)).toBe(expected);
  });

  it('keeps a pre-release out of a range that names none, as npm does', () => {
    const view = { ...base, version: '1.5.0-rc.1' };
    expect(matches({ version: '^1.4' }, view)).toBe(false);
    expect(matches({ version: '^1.5.0-rc.0' }, view)).toBe(true);
  });

  it.each<[Record<string, unknown>, string, number]>([
    [{ version: 'latest' }, 'version', 1],
    [{ version: '^1 || banana' }, 'version', 7],
    [{ version: '>=1.0 <banana' }, 'version', 7],
    [{ version: ' ' }, 'version', 1],
    [{ zone: 'eu-1,EU 2' }, 'zone', 6],
    [{ zone: '' }, 'zone', 1],
    [{ protocol: 'http,smtp' }, 'protocol', 6],
    [{ status: 'alive' }, 'status', 1],
    [{ routable: 'maybe' }, 'routable', 1],
    [{ address: '10.0.0.7:99999' }, 'address', 1],
    [{ selector: 'team in' }, 'selector', 8],
    [{ tag: '' }, 'tag', 1],
    [{ selector: `a=${'x'.repeat(4_000)}` }, 'selector', 2_049],
  ])('%j is refused, naming %s and character %d', (input, parameter, position) => {
    expect(() => parseFilter(input)).toThrow(
      expect.objectContaining({
        code: 'ROLLCALL_FILTER_INVALID',
        details: expect.objectContaining({ parameter, position }),
      }),
    );
  });

  it('is refused when a parameter is no text, or is given twice where once is meant', () => {
    expect(() => parseFilter({ zone: { $ne: '' } })).toThrow(/which is not a text/);
    expect(() => parseFilter({ version: ['^1', '^2'] })).toThrow(/given 2 times/);
    expect(() => parseFilter({ tag: Array.from({ length: 65 }, () => 'a') })).toThrow(/at most 64/);
  });

  it('of any junk is read or refused, never more', () => {
    const anyInput = fc.dictionary(
      fc.constantFrom<string>(...filterParameters),
      fc.oneof(fc.string(), fc.jsonValue()),
    );
    fc.assert(
      fc.property(anyInput, anyInstanceRecord(), (input, record) => {
        const registration = {
          record,
          registeredSequence: 1,
          registeredAt: base.registeredAt,
          revision: 1,
          left: false,
        };
        const view = joinInstance(record, { registration });
        try {
          expect(filterInstances([view], parseFilter(input)).length).toBeLessThanOrEqual(1);
        } catch (error) {
          if (!isRollcallError(error, 'ROLLCALL_FILTER_INVALID')) throw error;
        }
      }),
    );
  });
});

describe('the routable instances', () => {
  const up = { ...base, instance: 'up' };
  const suspect: InstanceView = { ...base, instance: 'suspect', status: 'suspect' };
  const idle = { ...base, instance: 'idle', weight: 0 };
  const starting: InstanceView = { ...base, instance: 'starting', status: 'starting' };
  const other: InstanceView = { ...base, service: 'payments', instance: 'draining', status: 'draining' };
  const all = [up, suspect, idle, starting, other];
  const found = (input: Record<string, unknown>, views = all): string[] =>
    filterInstances(views, parseFilter(input)).map(({ instance }) => instance);

  it('are those that are up and take traffic; a service without one falls back on its doubtful ones', () => {
    expect(found({ routable: 'true' })).toEqual(['up', 'draining']);
    expect(found({ routable: true }, [suspect, idle, starting])).toEqual(['suspect']);
    expect(found({ routable: '' }, [idle, starting])).toEqual([]);
  });

  it('are chosen among those that the rest of the filter keeps', () => {
    const canary = { ...suspect, tags: ['canary'] };
    expect(found({ routable: 'true', tag: 'canary' }, [up, canary])).toEqual(['suspect']);
  });

  it('have a complement', () => {
    expect(found({ routable: 'false' })).toEqual(['suspect', 'idle', 'starting']);
  });

  it('are for a watcher all that may ever be routed to, because it sees one change at a time', () => {
    const test = compileWatchFilter(parseFilter({ routable: true, service: 'orders' }));
    expect(all.filter(test).map(({ instance }) => instance)).toEqual(['up', 'suspect']);
  });
});
