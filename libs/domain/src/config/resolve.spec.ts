import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AggregateId,
  aggregateKey,
  type ConfigMatch,
  type ConfigReader,
  type ViewedConfig,
} from '#contracts';
import { resolveEffective, type ViewSlot } from './resolve.js';
import { isInShare } from './stable-share.js';

const names = { namespace: 'default', application: 'payments' };
const reader: ConfigReader = {
  instance: 'payments-1',
  version: '2.1.0',
  zone: 'eu-1',
  tags: ['blue', 'canary'],
  metadata: { team: 'money', tier: '1' },
};

describe('what an instance sees of a key', () => {
  it('comes from the innermost layer that says something to it', () => {
    const layers: [ViewSlot, string][] = [
      [slot('_shared', { value: 'a' }), 'shared'],
      [slot('_shared', { gray: 'b', to: { percent: 100 } }), 'shared-gray'],
      [slot('_shared', { overrides: [['eu', { zone: 'eu-1' }, 'c']] }), 'shared-override'],
      [slot('payments', { value: 'd' }), 'application'],
      [slot('payments', { gray: 'e', to: { match: { tags: ['canary'] } } }), 'application-gray'],
      [slot('payments', { overrides: [['me', { instance: 'payments-1' }, 'f']] }), 'application-override'],
    ];
    const slots: ViewSlot[] = [];
    for (const [index, [next, layer]] of layers.entries()) {
      slots.unshift(next);
      expect(resolveEffective(names, slots, reader).keys).toEqual([
        expect.objectContaining({
          key: 'POOL',
          value: 'abcdef'[index],
          layer,
          revision: next.entry.sequence,
        }),
      ]);
    }
  });

  it('shows again what lies beneath when a key is deleted, an override removed or a gray release ended', () => {
    const base = slot('_shared', { value: 'base' });
    for (const gone of [
      slot('payments', { departure: 'deleted' }),
      slot('payments', { overrides: [], departure: 'removed' }),
      slot('payments', { gray: 'x', to: { percent: 100 }, departure: 'withdrawn' }),
    ]) {
      const { keys, revision } = resolveEffective(names, [base, gone], reader);
      expect(keys).toMatchObject([{ value: 'base', layer: 'shared' }]);
      expect(revision).toBe(gone.entry.sequence);
    }
  });

  it('is the last of its overrides that match', () => {
    const slots = [
      slot('payments', {
        overrides: [
          ['first', { zone: 'eu-1' }, '1'],
          ['second', { version: '>=2' }, '2'],
          ['third', { zone: 'us-1' }, '3'],
        ],
      }),
    ];
    expect(resolveEffective(names, slots, reader).keys).toMatchObject([{ value: '2', override: 'second' }]);
  });

  it.each<[ConfigMatch, boolean]>([
    [{}, true],
    [{ version: '>=2.1 <3' }, true],
    [{ version: '^1' }, false],
    [{ version: 'not a range' }, false],
    [{ zone: 'eu-1', tags: ['blue'] }, true],
    [{ zone: 'eu-1', tags: ['blue', 'green'] }, false],
    [{ instance: 'payments-2' }, false],
    [{ selector: 'team in (money), tier<2' }, true],
    [{ selector: '!team' }, false],
    [{ selector: 'team in (' }, false],
  ])('under a match of %j is the override: %j', (match, applies) => {
    const slots = [
      slot('payments', { value: 'plain' }),
      slot('payments', { overrides: [['o', match, 'other']] }),
    ];
    expect(resolveEffective(names, slots, reader).keys[0]?.value).toBe(applies ? 'other' : 'plain');
  });

  it('of an instance that says nothing of itself is what is for everybody', () => {
    const slots = [
      slot('payments', { value: 'plain' }),
      slot('payments', {
        overrides: [
          ['o', { version: '*' }, 'a'],
          ['p', { zone: 'eu-1' }, 'b'],
        ],
      }),
    ];
    expect(resolveEffective(names, slots, { instance: 'x' }).keys[0]?.value).toBe('plain');
  });

  it('never is what other applications or namespaces say', () => {
    const slots = [slot('orders', { value: 'theirs' }), slot('payments', { value: 'elsewhere' }, 'staging')];
    expect(resolveEffective(names, slots, reader)).toEqual({ ...names, keys: [], revision: 0 });
  });

  it('does not depend on the order in which things are known, and comes in the order of the keys', () => {
    const anySlot = fc
      .record({
        application: fc.constantFrom('_shared', 'payments'),
        key: fc.constantFrom('A', 'b.c', 'Z_1'),
        said: anySaid,
      })
      .map(({ application, key, said }) => slot(application, said, 'default', key));
    const distinct = fc.uniqueArray(anySlot, { selector: ({ key }) => key });
    fc.assert(
      fc.property(distinct, fc.gen(), (slots, gen) => {
        const shuffled = gen(() => fc.shuffledSubarray(slots, { minLength: slots.length }));
        const effective = resolveEffective(names, slots, reader);
        expect(resolveEffective(names, shuffled, reader)).toEqual(effective);
        expect(effective.keys.map(({ key }) => key)).toEqual(effective.keys.map(({ key }) => key).toSorted());
        expect(effective.revision).toBe(Math.max(0, ...slots.map(({ entry }) => entry.sequence)));
      }),
    );
  });
});

describe('a share of a gray release', () => {
  const instances = Array.from({ length: 4_000 }, (_, index) => `payments-${index}`);
  const sizeOf = (percent: number, key = 'POOL') =>
    instances.filter((instance) => isInShare('payments', key, instance, percent)).length;

  it('is nobody at 0 and everybody at 100', () => {
    expect([sizeOf(0), sizeOf(100)]).toEqual([0, instances.length]);
  });

  it('keeps everybody who is in when it is widened', () => {
    const percent = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), percent, percent, (instance, one, other) => {
        const isIn = isInShare('payments', 'POOL', instance, Math.min(one, other));
        return !isIn || isInShare('payments', 'POOL', instance, Math.max(one, other));
      }),
    );
  });

  it.each([1, 10, 25, 50])('of %d percent is about that many', (percent) => {
    const expected = (instances.length * percent) / 100;
    expect(Math.abs(sizeOf(percent) - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  it('is another one for another key, so that the same instances are not always the first', () => {
    const both = instances.filter(
      (instance) => isInShare('payments', 'A', instance, 10) && isInShare('payments', 'B', instance, 10),
    );
    expect(both.length).toBeLessThan(100);
  });
});

interface Said {
  readonly value?: string;
  readonly gray?: string;
  readonly to?: object;
  readonly overrides?: readonly (readonly [string, ConfigMatch, string])[];
  readonly departure?: string;
}

const anySaid: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ value: fc.string() }),
  fc.constant({ departure: 'deleted' }),
  fc.record({ gray: fc.string(), to: fc.record({ percent: fc.integer({ min: 0, max: 100 }) }) }),
  fc.record({
    overrides: fc.constantFrom(
      [['o', { zone: 'eu-1' }, 'x'] as const],
      [['o', { zone: 'no' }, 'y'] as const],
    ),
  }),
);

let sequence = 0;

/** One record of the view, newer than all before. */
function slot(application: string, said: Said, namespace = 'default', key = 'POOL'): ViewSlot {
  sequence += 1;
  const kind =
    said.gray !== undefined ? 'config-gray' : said.overrides !== undefined ? 'config-override' : 'config';
  const content = (value: string) => ({ contentType: 'text', value });
  const record = {
    namespace,
    application,
    key,
    revision: sequence,
    ...(said.value === undefined ? {} : content(said.value)),
    ...(said.gray === undefined
      ? {}
      : { ...content(said.gray), to: said.to, state: said.departure ?? 'running' }),
    ...(said.overrides && {
      overrides: said.overrides.map(([name, match, value]) => ({ name, match, ...content(value) })),
    }),
    ...(said.departure && { departure: said.departure }),
  } as unknown as ViewedConfig;
  const id = { kind, namespace, application, key } as AggregateId;
  const cause = { id: `e${sequence}`, type: 'any' };
  return { key: aggregateKey(id), entry: { sequence, at: '2026-01-01T00:00:00.000Z', cause, record } };
}
