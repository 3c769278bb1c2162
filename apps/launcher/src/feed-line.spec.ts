import { createSubjects } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { feedLine, readChange } from './feed-line.js';
import { createPaint, wantsColour } from './paint.js';

const subjects = createSubjects();
const paint = createPaint(false);
const subject = 'discovery.v1.default.instance.orders.orders-1';
const at = '2026-11-22T15:04:05.123Z';
const record = {
  namespace: 'default',
  service: 'orders',
  instance: 'orders-1',
  status: 'up',
  endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8081, path: '/api' }],
};

/** The line without its time, which depends on the time zone. */
function lineOf(view: unknown, on = subject): string | null {
  const change = readChange(on, typeof view === 'string' ? view : JSON.stringify(view), subjects);
  return change === null ? null : feedLine(change, paint).replace(/^(\d\d|--):(\d\d|--):(\d\d|--) /, '');
}

describe('a line of the feed', () => {
  it.each([
    [
      { change: 'added', at, cause: { type: 'rollcall.instance.registered.v1' }, record },
      '+ orders/orders-1 up http://127.0.0.1:8081/api',
    ],
    [
      {
        change: 'updated',
        at,
        cause: { type: 'rollcall.override.set.v1', reason: 'rolling update' },
        changed: ['status', 'override'],
        record: { ...record, status: 'draining' },
      },
      '~ orders/orders-1 draining, set (rolling update)',
    ],
    [
      {
        change: 'updated',
        at,
        cause: { type: 'x.updated.v1' },
        changed: ['a', 'b', 'c', 'd', 'e', 'f'],
        record,
      },
      '~ orders/orders-1 up, updated a, b, c, d, 2 more',
    ],
    [
      {
        change: 'updated',
        at,
        cause: { type: 'rollcall.verdict.suspected.v1' },
        changed: ['status', 'verdict'],
        record: { ...record, status: 'suspect' },
      },
      '~ orders/orders-1 suspect',
    ],
    [
      {
        change: 'removed',
        at,
        cause: { type: 'rollcall.verdict.expired.v1' },
        record: { ...record, departure: 'expired' },
      },
      '- orders/orders-1 expired',
    ],
    [
      { change: 'added', at, cause: {}, record: { ...record, namespace: 'blue' } },
      '+ blue: orders/orders-1 up http://127.0.0.1:8081/api',
    ],
    [{ change: 'added', at: 'x', record: { service: 'orders' } }, '+ orders'],
  ])('%#', (view, line) => {
    expect(lineOf(view)).toBe(line);
  });

  const key = { namespace: 'default', application: 'orders', key: 'limits.maxPool' };
  const limit = { ...key, contentType: 'number', value: '20' };
  const timed = { namespace: 'blue', application: 'orders', schedule: 's1', state: 'set', effectiveAt: at };
  it.each([
    ['config', 'config.set', limit, '~ config orders/limits.maxPool = 20 (sale)'],
    ['config', 'config.rolled-back', limit, '~ config orders/limits.maxPool = 20 rolled-back (sale)'],
    [
      'config',
      'config.set',
      { ...limit, contentType: 'secret', value: 'sealed.v1.k1.x.y' },
      '+ config orders/limits.maxPool = [secret] (sale)',
    ],
    [
      'config',
      'config.set',
      { ...limit, value: `\u001B${'x'.repeat(99)}` },
      `+ config orders/limits.maxPool = ?${'x'.repeat(59)}... (sale)`,
    ],
    [
      'config',
      'config.deleted',
      { ...key, deleted: true, departure: 'removed' },
      '- config orders/limits.maxPool deleted (sale)',
    ],
    [
      'config-rollout',
      'config.rollout-summarized',
      { ...key, applied: 312, expected: 314, durationMs: 180, rejected: 2 },
      '~ config rollout orders/limits.maxPool applied by 312 of 314 in 180 ms, rejected by 2 (sale)',
    ],
  ])('of %s by %s', (kind, fact, record, line) => {
    const change = { '+': 'added', '~': 'updated', '-': 'removed' }[line.slice(0, 1)];
    const cause = { type: `rollcall.${fact}.v1`, reason: 'sale' };
    const on = `discovery.v1.default.${kind}.orders.limits/maxPool`;
    expect(lineOf({ change, at, cause, record }, on)).toBe(line);
  });

  it('of a change that waits says when, and which keys', () => {
    const record = { ...timed, changes: [{ key: 'a' }, { key: 'b' }] };
    const view = { change: 'added', at, cause: { type: 'rollcall.config.schedule-set.v1' }, record };
    expect(lineOf(view, 'discovery.v1.blue.config-schedule.orders.s1')).toBe(
      `+ blue: config schedule orders/s1 for ${at}: a, b`,
    );
  });

  it('starts with the time of the change', () => {
    const change = readChange(subject, JSON.stringify({ change: 'added', at, record }), subjects);
    expect(feedLine(change ?? fail(), paint)).toMatch(/^\d\d:\d\d:\d\d \+ /);
  });

  it('is not there for beacons, the quarantine, foreign subjects and what cannot be read', () => {
    const view = { change: 'added', at, record };
    expect(lineOf(view, 'discovery.v1._position')).toBeNull();
    expect(lineOf(view, 'discovery.v1._quarantine.3')).toBeNull();
    expect(lineOf(view, 'other.v1.default.instance.orders.orders-1')).toBeNull();
    for (const body of [
      '',
      'null',
      '7',
      '"x"',
      '[]',
      '{',
      '{"change":"added"}',
      '{"change":"added","record":null}',
      '{"record":{"a":1}}',
    ]) {
      expect(lineOf(body)).toBeNull();
    }
  });

  it('survives fields of any type and lets no control character through', () => {
    const odd = {
      change: 'updated',
      at: 5,
      cause: 'x',
      changed: 'y',
      record: { service: 7, instance: null, status: {}, endpoints: 'z' },
    };
    expect(lineOf(odd)).toBe('~ 7');
    const evil = {
      change: 'removed',
      at,
      cause: { reason: '\u001B[2J\nbye\u009B' },
      record: { ...record, departure: 'evicted' },
    };
    expect(lineOf(evil)).toBe('- orders/orders-1 evicted (?[2J?bye?)');
  });
});

function fail(): never {
  throw new Error('it cannot be read');
}

describe('colours', () => {
  it('are for terminals, and for those who want them', () => {
    expect(wantsColour({}, true)).toBe(true);
    expect(wantsColour({}, false)).toBe(false);
    expect(wantsColour({ NO_COLOR: '1' }, true)).toBe(false);
    expect(wantsColour({ NO_COLOR: '' }, true)).toBe(true);
    expect(createPaint(true).red('x')).toBe('\u001B[31mx\u001B[39m');
  });
});
