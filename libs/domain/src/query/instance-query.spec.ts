import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EffectiveStatus, type InstanceView, isRollcallError } from '#contracts';
import { parseInstanceQuery, runInstanceQuery } from './instance-query.js';
import { sortFields } from './sort.js';

const anyView = fc
  .record({
    namespace: fc.constantFrom('default', 'test'),
    service: fc.constantFrom('a', 'b'),
    instance: fc.stringMatching(/^[a-d]\d?$/),
    version: fc.constantFrom('1.2.0', '1.10.0', '1.10.0-rc.1', '1.10.0+b', '2.0.0'),
    status: fc.constantFrom<EffectiveStatus>('up', 'suspect'),
    zone: fc.constantFrom(undefined, 'x', 'y'),
    weight: fc.constantFrom(0, 5, 40, 100),
    incarnation: fc.integer({ min: 1, max: 3 }),
    revision: fc.nat(50),
    registeredAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
  })
  .map((view) => view as unknown as InstanceView);
const anyViews = fc.uniqueArray(anyView, {
  maxLength: 30,
  selector: ({ namespace, service, instance }) => `${namespace}/${service}/${instance}`,
});
const anySort = fc
  .uniqueArray(fc.constantFrom(...sortFields), { maxLength: 3 })
  .chain((fields) => fc.tuple(...fields.map((field) => fc.constantFrom<string>(field, `-${field}`))))
  .map((fields) => fields.join(','));

const nameOf = ({ namespace, service, instance }: Partial<InstanceView>): string =>
  `${namespace}/${service}/${instance}`;

function walk(
  views: readonly InstanceView[],
  input: Record<string, string>,
  between: (seen: number) => readonly InstanceView[] = () => views,
): Partial<InstanceView>[] {
  const seen: Partial<InstanceView>[] = [];
  let cursor: string | undefined;
  let current = views;
  do {
    const page = runInstanceQuery(
      current,
      parseInstanceQuery(cursor === undefined ? input : { ...input, cursor }),
    );
    seen.push(...page.items);
    cursor = page.next;
    current = between(seen.length);
  } while (cursor !== undefined);
  return seen;
}

describe('a query', () => {
  it('gives the same list page by page as at once, in any order and any size of page', () => {
    fc.assert(
      fc.property(anyViews, anySort, fc.integer({ min: 1, max: 7 }), (views, sort, limit) => {
        const input: Record<string, string> = sort === '' ? {} : { sort };
        const atOnce = runInstanceQuery(views, parseInstanceQuery(input));
        expect(walk(views, { ...input, limit: String(limit) })).toEqual(atOnce.items);
        expect(atOnce.total).toBe(views.length);
        expect(new Set(atOnce.items.map(nameOf)).size).toBe(views.length);
      }),
    );
  });

  it('skips nothing and shows nothing twice while others come and go between two pages', () => {
    fc.assert(
      fc.property(anyViews, anyViews, fc.integer({ min: 1, max: 4 }), (stays, comes, limit) => {
        const staying = new Set(stays.map(nameOf));
        const guests = comes.filter((view) => !staying.has(nameOf(view)));
        const seen = walk([...stays, ...guests], { limit: String(limit) }, (count) =>
          count % 2 === 0 ? [...stays, ...guests] : stays,
        ).map(nameOf);
        expect(seen).toEqual([...new Set(seen)]);
        expect(seen.filter((name) => staying.has(name)).toSorted()).toEqual([...staying].toSorted());
      }),
    );
  });

  it('sorts numbers by size, versions by precedence, and turns an order round by a minus', () => {
    const views = ['2.0.0', '1.10.0', '1.10.0-rc.1', '1.9.0'].map((version, index) => ({
      namespace: 'n',
      service: 's',
      instance: `i${index}`,
      version,
      weight: [5, 40, 100, 0][index],
    })) as unknown as InstanceView[];
    const versions = (sort: string) =>
      runInstanceQuery(views, parseInstanceQuery({ sort })).items.map(({ version }) => version);
    expect(versions('version')).toEqual(['1.9.0', '1.10.0-rc.1', '1.10.0', '2.0.0']);
    expect(versions('-version')).toEqual(['2.0.0', '1.10.0', '1.10.0-rc.1', '1.9.0']);
    expect(versions('-weight')).toEqual(['1.10.0-rc.1', '1.10.0', '2.0.0', '1.9.0']);
  });

  it('shows the chosen fields and no others', () => {
    const view = {
      instance: 'i',
      endpoints: [{ name: 'a', port: 1 }, { name: 'b' }],
      metadata: { 'team.name': 'x', other: 'y' },
      version: '1.0.0',
    } as unknown as InstanceView;
    const chosen = (fields: string) => runInstanceQuery([view], parseInstanceQuery({ fields })).items[0];
    expect(chosen('instance,version,zone')).toEqual({ instance: 'i', version: '1.0.0' });
    expect(chosen('endpoints.name,endpoints.port')).toEqual({
      endpoints: [{ name: 'a', port: 1 }, { name: 'b' }],
    });
    expect(chosen('metadata.team.name')).toEqual({ metadata: { 'team.name': 'x' } });
    expect(chosen('metadata.constructor')).toEqual({ metadata: {} });
    expect(chosen('endpoints,endpoints.name')).toEqual({ endpoints: view.endpoints });
  });

  it('behind the last item is an empty page, not an error', () => {
    const views = ['a', 'b', 'c'].map((instance) => ({
      namespace: 'n',
      service: 's',
      instance,
    })) as unknown as InstanceView[];
    const { next } = runInstanceQuery(views, parseInstanceQuery({ limit: '2' }));
    expect(runInstanceQuery(views.slice(0, 2), parseInstanceQuery({ limit: '2', cursor: next }))).toEqual({
      items: [],
      total: 2,
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ limit: '0' }, 'ROLLCALL_FILTER_INVALID'],
    [{ limit: '-1' }, 'ROLLCALL_FILTER_INVALID'],
    [{ limit: '1e3' }, 'ROLLCALL_FILTER_INVALID'],
    [{ limit: '99999999999' }, 'ROLLCALL_FILTER_INVALID'],
    [{ limit: 1.5 }, 'ROLLCALL_FILTER_INVALID'],
    [{ sort: 'size' }, 'ROLLCALL_FILTER_INVALID'],
    [{ sort: 'zone,,weight' }, 'ROLLCALL_FILTER_INVALID'],
    [{ sort: '__proto__' }, 'ROLLCALL_FILTER_INVALID'],
    [{ fields: 'password' }, 'ROLLCALL_FILTER_INVALID'],
    [{ fields: 'zone.name' }, 'ROLLCALL_FILTER_INVALID'],
    [{ fields: 'endpoints.secret' }, 'ROLLCALL_FILTER_INVALID'],
    [{ fields: 'metadata.' }, 'ROLLCALL_FILTER_INVALID'],
    [{ colour: 'red' }, 'ROLLCALL_FILTER_INVALID'],
    [{ cursor: 'bananas' }, 'ROLLCALL_CURSOR_INVALID'],
    [{ cursor: '' }, 'ROLLCALL_CURSOR_INVALID'],
    [{ cursor: '!!' }, 'ROLLCALL_CURSOR_INVALID'],
  ])('%j is refused with %s', (input, code) => {
    expect(() => parseInstanceQuery(input)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses the cursor of another order, and any forged one, with the same error', () => {
    const views = ['a', 'b'].map((instance) => ({
      namespace: 'n',
      service: 's',
      instance,
      version: '1.0.0',
    })) as unknown as InstanceView[];
    const { next } = runInstanceQuery(views, parseInstanceQuery({ limit: '1', sort: 'version' }));
    expect(() => parseInstanceQuery({ cursor: next, sort: '-version' })).toThrow(/belongs to the order/);
    fc.assert(
      fc.property(fc.jsonValue(), (junk) => {
        const forged = Buffer.from(
          JSON.stringify(['version,namespace,service,instance', junk, 'n', 's', 'i']),
        ).toString('base64url');
        try {
          runInstanceQuery(views, parseInstanceQuery({ cursor: forged, sort: 'version' }));
        } catch (error) {
          if (!isRollcallError(error, 'ROLLCALL_CURSOR_INVALID')) throw error;
        }
      }),
    );
  });
});
