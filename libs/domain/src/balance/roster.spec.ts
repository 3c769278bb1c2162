import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EffectiveStatus, type InstanceView, type ServiceView, statuses } from '#contracts';
import { routability } from '../query/routability.js';
import { explainPick, type PickFacts } from './explain.js';
import { parseWishes } from './question.js';
import type { Standing } from './roster.js';

const instance = (name: string, fields: Partial<InstanceView> = {}): InstanceView =>
  ({
    namespace: 'default',
    service: 'payments',
    instance: name,
    incarnation: 1,
    version: '1.0.0',
    status: 'up',
    weight: 100,
    tags: [],
    metadata: {},
    endpoints: [{ name: 'http', protocol: 'http', address: '10.0.0.1', port: 80 }],
    ...fields,
  }) as InstanceView;

const facts = (views: readonly InstanceView[], more: Partial<PickFacts> = {}): PickFacts => ({
  service: 'payments',
  views,
  question: parseWishes({}),
  call: {},
  zones: [],
  chance: 0.5,
  ...more,
});

const shares = (given: PickFacts): Record<string, number> =>
  Object.fromEntries(
    explainPick(given).candidates.map(({ instance: name, sharePercent }) => [name, sharePercent]),
  );

const policy = (content: Partial<ServiceView>): ServiceView => ({
  namespace: 'default',
  service: 'payments',
  revision: 1,
  ...content,
});

describe('who is called', () => {
  it('is never the dead, the departed or the unready, whoever else there is, and never nobody without need', () => {
    const anyView = fc
      .record({
        status: fc.constantFrom<EffectiveStatus>(...statuses, 'suspect'),
        weight: fc.constantFrom(0, 1, 100),
        departure: fc.constantFrom(undefined, undefined, undefined, 'expired' as const),
        version: fc.constantFrom('1.0.0', '2.0.0'),
        zone: fc.constantFrom(undefined, 'eu-1', 'eu-2'),
      })
      .chain((fields) =>
        fc.constantFrom<Standing>('well', 'failing', 'unreachable').map((standing) => ({ fields, standing })),
      );
    fc.assert(
      fc.property(
        fc.array(anyView, { minLength: 1, maxLength: 10 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom([], ['eu-1'], ['eu-1', 'eu-2']),
        fc.constantFrom(undefined, 1, 500),
        (all, chance, zones, canaryWeight) => {
          const to = [
            { version: '^1', weight: 500 },
            { version: '^2', weight: canaryWeight ?? 0 },
          ];
          const split =
            canaryWeight === undefined ? {} : { policy: policy({ routes: [{ name: 'split', to }] }) };
          const views = all.map(({ fields }, index) =>
            instance(`p${index}`, fields as Partial<InstanceView>),
          );
          const standings = new Map(all.map(({ standing }, index) => [`p${index}.1`, standing]));
          const standingOf = ({ key }: { readonly key: string }) => standings.get(key) as Standing;
          const { picked, problem } = explainPick(facts(views, { standingOf, chance, zones, ...split }));
          const callable = views.filter((view) => routability(view) !== 'never');
          const isReached = (view: InstanceView): boolean =>
            standings.get(`${view.instance}.1`) !== 'unreachable';
          const isWell = (view: InstanceView): boolean =>
            view.status === 'up' && standings.get(`${view.instance}.1`) === 'well';
          const chosen = callable.find((view) => view.instance === picked);
          const got = {
            nobody: problem?.code === 'ROLLCALL_NO_INSTANCE',
            reached: chosen !== undefined && isReached(chosen),
            up: chosen?.status === 'up' && isReached(chosen),
          };
          expect(got).toEqual({
            nobody: callable.length === 0,
            reached: callable.some(isReached),
            up: callable.some(isWell) || got.up,
          });
        },
      ),
    );
  });

  it('follows up, overloaded, draining, suspect, in this order', () => {
    const order: EffectiveStatus[] = ['up', 'overloaded', 'draining', 'suspect'];
    const views = order.map((status) => instance(status, { status }));
    for (const [index, status] of order.entries()) {
      expect(explainPick(facts(views.slice(index).toReversed())).picked).toBe(status);
    }
  });

  it('shares calls by weight', () => {
    expect(
      shares(facts([instance('a', { weight: 300 }), instance('b'), instance('c', { weight: 0 })])),
    ).toEqual({
      a: 75,
      b: 25,
    });
  });

  it('stays away from the failing, unless most of them fail', () => {
    const views = ['a', 'b', 'c'].map((name) => instance(name));
    const failing = (...keys: string[]) => ({
      standingOf: ({ key }: { readonly key: string }): Standing => (keys.includes(key) ? 'failing' : 'well'),
    });
    expect(shares(facts(views, failing('a.1')))).toEqual({ a: 0, b: 50, c: 50 });
    expect(shares(facts(views, failing('a.1', 'b.1')))).toEqual({ a: 33.33, b: 33.33, c: 33.33 });
  });

  it('prefers its own zone, and spills over when too few are left there', () => {
    const near = ['a', 'b'].map((name) => instance(name, { zone: 'eu-1' }));
    const far = ['c', 'd'].map((name) => instance(name, { zone: 'eu-2' }));
    const zones = ['eu-1'];
    expect(shares(facts([...near, ...far], { zones }))).toEqual({ a: 50, b: 50, c: 0, d: 0 });
    const half = [instance('a', { zone: 'eu-1', status: 'suspect' }), near[1] as InstanceView, ...far];
    expect(shares(facts(half, { zones }))).toEqual({ a: 0, b: 70, c: 15, d: 15 });
    expect(shares(facts(far, { zones }))).toEqual({ c: 50, d: 50 });
    expect(shares(facts([...far, instance('e', { zone: 'eu-3' })], { zones: ['eu-1', 'eu-3'] }))).toEqual({
      c: 0,
      d: 0,
      e: 100,
    });
  });

  it('gives newcomers less', () => {
    const views = [instance('old'), instance('new')];
    const shareOf = ({ view }: { readonly view: InstanceView }) => (view.instance === 'new' ? 0.1 : 1);
    expect(shares(facts(views, { shareOf }))).toEqual({ old: 90.91, new: 9.09 });
  });
});

describe('routing rules', () => {
  const one = instance('one');
  const two = instance('two', { version: '2.1.0' });
  const canary = policy({
    routes: [
      { name: 'testers', match: { headers: { 'X-Canary': '*' } }, to: [{ version: '^2' }] },
      { name: 'from-web', match: { callers: ['web'], labels: { tier: 'gold' } }, to: [{ version: '^1' }] },
      {
        name: 'split',
        to: [
          { version: '^1', weight: 95 },
          { version: '^2', weight: 5 },
        ],
      },
    ],
  });

  it('split by version', () => {
    expect(shares(facts([one, two], { policy: canary }))).toEqual({ one: 95, two: 5 });
  });

  it('the first that matches a header, a caller or a label wins', () => {
    const call = { headers: { 'x-canary': '1' } };
    expect(explainPick(facts([one, two], { policy: canary, call }))).toMatchObject({
      rule: 'testers',
      picked: 'two',
      refused: [{ instance: 'one', by: 'route' }],
    });
    const web = { caller: 'web', labels: { tier: 'gold' } };
    expect(explainPick(facts([one, two], { policy: canary, call: web }))).toMatchObject({ rule: 'from-web' });
    expect(explainPick(facts([one, two], { policy: canary, call: { caller: 'web' } }))).toMatchObject({
      rule: 'split',
    });
  });

  it('never sends a share to the dead while the other side lives', () => {
    const ill = { ...two, status: 'suspect' as const };
    expect(shares(facts([one, ill], { policy: canary }))).toEqual({ one: 100, two: 0 });
    expect(shares(facts([one], { policy: canary }))).toEqual({ one: 100 });
  });

  it('say so when they lead to nobody', () => {
    const call = { headers: { 'x-canary': '1' } };
    expect(explainPick(facts([one], { policy: canary, call })).problem).toMatchObject({
      code: 'ROLLCALL_ROUTE_EMPTY',
      what: expect.stringContaining('"testers"'),
    });
  });
});

describe('nobody to call', () => {
  it.each<[string, InstanceView[], Parameters<typeof parseWishes>[0], string]>([
    ['no such service', [], {}, 'ROLLCALL_SERVICE_UNKNOWN'],
    ['everybody left', [instance('a', { departure: 'expired' })], {}, 'ROLLCALL_NO_INSTANCE'],
    ['nobody is ready', [instance('a', { status: 'starting' })], {}, 'ROLLCALL_NO_INSTANCE'],
    ['no version fits', [instance('a')], { version: '^2' }, 'ROLLCALL_FILTER_UNMET'],
    ['no protocol fits', [instance('a')], { protocol: 'grpc' }, 'ROLLCALL_PROTOCOL_UNMET'],
    ['no endpoint of that name', [instance('a')], { endpoint: 'admin' }, 'ROLLCALL_PROTOCOL_UNMET'],
    [
      'the one that fits is in maintenance',
      [instance('a', { version: '2.0.0', status: 'maintenance' }), instance('b')],
      { version: '^2' },
      'ROLLCALL_NO_INSTANCE',
    ],
  ])('%s', (_what, views, wishes, code) => {
    const { problem, refused } = explainPick(facts(views, { question: parseWishes(wishes) }));
    expect(problem?.code).toBe(code);
    expect(refused).toHaveLength(views.length);
  });

  it.each(['169.254.169.254', 'fe80::1', '0.0.0.0', '2852039166', '0xa9.0xfe.0xa9.0xfe', '169.254.43518'])(
    'an instance that names %s is never called',
    (address) => {
      const endpoints = [{ name: 'http', protocol: 'http' as const, address, port: 80 }];
      const { problem, refused } = explainPick(facts([instance('a', { endpoints })]));
      expect(problem?.code).toBe('ROLLCALL_ADDRESS_FORBIDDEN');
      expect(refused[0]?.text).toContain(address);
      const rules = { allowedAddresses: [address] };
      expect(explainPick(facts([instance('a', { endpoints })], { rules })).picked).toBe('a');
    },
  );
});
