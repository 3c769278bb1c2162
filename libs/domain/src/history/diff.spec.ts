import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHistory } from '#testkit';
import { aggregateKey, type RegistryEvent, viewKeyOf } from '#contracts';
import { isPresent, type ViewEntry } from '../view/entry.js';
import { evolve } from '../view/evolve.js';
import { diffViews } from './diff.js';

function viewOf(events: readonly RegistryEvent[]): Map<string, ViewEntry> {
  const view = new Map<string, ViewEntry>();
  for (const event of events) {
    const key = viewKeyOf(event.aggregate, aggregateKey(event.aggregate));
    const evolved = evolve(view.get(key), event);
    if (evolved.kind === 'changed') view.set(key, evolved.entry);
  }
  return view;
}

const present = (view: ReadonlyMap<string, ViewEntry>): string[] =>
  [...view].filter(([, entry]) => isPresent(entry)).map(([key]) => key);

describe('the difference of two views', () => {
  it('names what was added and removed, each key once, and is empty where nothing differs', () => {
    fc.assert(
      fc.property(anyHistory(), fc.nat(), (history, cut) => {
        const before = viewOf(history.slice(0, cut % (history.length + 1)));
        const after = viewOf(history);
        const differences = diffViews(before, after);
        const ofKind = (wanted: string): string[] =>
          differences.filter(({ kind }) => kind === wanted).map(({ key }) => key);
        const [was, is] = [new Set(present(before)), new Set(present(after))];
        expect(new Set(ofKind('added'))).toEqual(new Set([...is].filter((key) => !was.has(key))));
        expect(new Set(ofKind('removed'))).toEqual(new Set([...was].filter((key) => !is.has(key))));
        expect(new Set(differences.map(({ key }) => key)).size).toBe(differences.length);
        expect(diffViews(after, after)).toEqual([]);
      }),
    );
  });

  it('says of each field what it was and what it is', () => {
    const entry = (record: object): ViewEntry =>
      ({
        sequence: 9,
        at: '2026-01-01T00:00:00.000Z',
        cause: { id: 'e', type: 't' },
        record,
      }) as unknown as ViewEntry;
    const before = new Map([['k', entry({ weight: 100, metadata: { 'a.b': 'x', gone: '1' } })]]);
    const after = new Map([['k', entry({ weight: 10, metadata: { 'a.b': 'y' }, zone: 'eu' })]]);
    expect(diffViews(before, after)[0]?.fields).toEqual([
      { path: 'metadata.a.b', before: 'x', after: 'y' },
      { path: 'metadata.gone', before: '1' },
      { path: 'weight', before: 100, after: 10 },
      { path: 'zone', after: 'eu' },
    ]);
  });
});
