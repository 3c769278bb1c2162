import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyAggregate, anyApplication, anyIncarnationId, anyName, anyPrefix, anyText } from '#testkit';
import { viewKeyOf } from './events/decode.js';
import { aggregateKey, parseAggregateKey } from './aggregates.js';
import { createStreamNames, createSubjects, incarnationKey, parseIncarnationKey } from './subjects.js';
import { viewKeys } from './view/view-record.js';

/** Text made of what subjects are made of, so that it is often nearly one. */
const subjectNoise = fc.oneof(
  anyText(0, 60),
  fc
    .array(
      fc.constantFrom(
        'registry',
        'discovery',
        'heartbeat',
        'v1',
        'default',
        'instance',
        'config',
        'config-schema',
        'config-schedule',
        '=application',
        'service',
        '_shared',
        'a',
        'A',
        '',
        '*',
        '>',
        '0',
        '1',
        '01',
        '9007199254740992',
        'a/b',
        '_position',
      ),
      { maxLength: 8 },
    )
    .map((tokens) => tokens.join('.')),
);

describe('subjects', () => {
  it('parsing a journal or discovery subject gives back the aggregate it was built from', () => {
    fc.assert(
      fc.property(anyAggregate(), anyPrefix(), (aggregate, prefix) => {
        const subjects = createSubjects(prefix);
        expect(subjects.parseJournal(subjects.journal(aggregate))).toEqual(aggregate);
        const key = subjects.discoveryKey(subjects.discovery(aggregate)) ?? '';
        expect(parseAggregateKey(key)).toEqual(aggregate);
        expect(subjects.journalKey(subjects.journal(aggregate))).toBe(key);
      }),
    );
  });

  it('parsing a heartbeat subject gives back the incarnation it was built from', () => {
    fc.assert(
      fc.property(anyIncarnationId(), anyPrefix(), (id, prefix) => {
        const subjects = createSubjects(prefix);
        expect(subjects.parseHeartbeat(subjects.heartbeat(id))).toEqual(id);
        expect(subjects.probe(id).endsWith(incarnationKey(id))).toBe(true);
      }),
    );
  });

  it('parsing the subjects of a timer and of a report gives back what they were built from', () => {
    fc.assert(
      fc.property(
        anyName(),
        anyApplication(),
        anyName(),
        anyPrefix(),
        (namespace, application, name, prefix) => {
          const subjects = createSubjects(prefix);
          const timer = { kind: 'config-schedule' as const, namespace, application, schedule: name };
          expect(subjects.parseDue(subjects.due(timer))).toEqual(timer);
          const reporter = { namespace, application, instance: name };
          expect(subjects.parseConfigApplied(subjects.configApplied(reporter))).toEqual(reporter);
          expect(subjects.parseDue(subjects.schedule(timer))).toBeUndefined();
        },
      ),
    );
  });

  it('noise is no subject of ours, or one that would be built the same way', () => {
    fc.assert(
      fc.property(subjectNoise, (noise) => {
        const aggregate = parseAggregateKey(noise);
        const incarnation = parseIncarnationKey(noise);
        expect(aggregate === undefined ? noise : aggregateKey(aggregate)).toBe(noise);
        expect(incarnation === undefined ? noise : incarnationKey(incarnation)).toBe(noise);
      }),
      { numRuns: 1_000 },
    );
  });

  it('noise never throws, whatever it is handed to', () => {
    fc.assert(
      fc.property(subjectNoise, anyPrefix(), (noise, prefix) => {
        const subjects = createSubjects(prefix);
        for (const subject of [
          noise,
          `${subjects.prefix}registry.v1.${noise}`,
          `${subjects.prefix}heartbeat.v1.${noise}`,
        ]) {
          subjects.parseJournal(subject);
          subjects.parseHeartbeat(subject);
          subjects.journalKey(subject);
          subjects.discoveryKey(subject);
        }
        expect(
          subjects.parseJournal(`x${subjects.journal({ kind: 'service', namespace: 'a', service: 'b' })}`),
        ).toBe(undefined);
      }),
    );
  });

  it.each([
    [
      'default.instance.orders.orders-1',
      { kind: 'instance', namespace: 'default', service: 'orders', instance: 'orders-1' },
    ],
    ['default.service.orders', { kind: 'service', namespace: 'default', service: 'orders' }],
    [
      'prod.config._shared.limits/maxPool',
      { kind: 'config', namespace: 'prod', application: '_shared', key: 'limits.maxPool' },
    ],
    ['default.instance.orders', undefined],
    ['default.instance.orders.orders-1.1', undefined],
    ['default.service.orders.orders-1', undefined],
    ['Default.service.orders', undefined],
    ['default.instance._shared.orders-1', undefined],
    ['default.config.orders.a b', undefined],
    ['default.gossip.orders.a', undefined],
    ['_position', undefined],
    ['', undefined],
  ])('the key "%s" names %j', (key, expected) => {
    expect(parseAggregateKey(key)).toEqual(expected);
  });

  it('an incarnation is a whole number that stays exact, without leading zeros', () => {
    for (const token of ['0', '01', '-1', '1.5', '1e3', '9007199254740992', '']) {
      expect(parseIncarnationKey(`default.orders.orders-1.${token}`)).toBe(undefined);
    }
    expect(parseIncarnationKey('default.orders.orders-1.9007199254740991')?.incarnation).toBe(
      Number.MAX_SAFE_INTEGER,
    );
  });

  it('registries with different prefixes never read each other', () => {
    fc.assert(
      fc.property(
        anyAggregate(),
        anyIncarnationId(),
        anyPrefix(),
        anyPrefix(),
        (aggregate, id, one, other) => {
          fc.pre(one !== other);
          const mine = createSubjects(one);
          const theirs = createSubjects(other);
          expect(theirs.parseJournal(mine.journal(aggregate))).toBe(undefined);
          expect(theirs.parseHeartbeat(mine.heartbeat(id))).toBe(undefined);
          expect(createStreamNames(one).journal).not.toBe(createStreamNames(other).journal);
          expect(createStreamNames(one).viewSubjects).not.toBe(createStreamNames(other).viewSubjects);
        },
      ),
    );
  });

  it.each(['A', 'a.b', 'a b', '*', '>', '-a', 'a'.repeat(33)])('the prefix "%s" is refused', (prefix) => {
    expect(() => createSubjects(prefix)).toThrow(/ROLLCALL_NAME_INVALID.*is not a lower-case name/);
  });

  it('what operators and the watchman say is joined under the key of the instance', () => {
    const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };
    for (const kind of ['instance', 'override', 'verdict'] as const) {
      expect(viewKeyOf({ kind, ...names })).toBe('default.instance.orders.orders-1');
    }
    expect(viewKeyOf({ kind: 'service', namespace: 'default', service: 'orders' })).toBe(
      'default.service.orders',
    );
  });

  it('keys of the view that are no aggregates cannot be taken for one', () => {
    expect(parseAggregateKey(viewKeys.position)).toBe(undefined);
    expect(parseAggregateKey(viewKeys.quarantine(7))).toBe(undefined);
    expect(viewKeys.quarantine(7).startsWith(viewKeys.quarantinePrefix)).toBe(true);
  });
});
