import { describe, expect, it } from '@jest/globals';
import type { IncarnationId } from '#contracts';
import { BeatBook } from './beat-book.js';

const id = (instance: string): IncarnationId => ({
  namespace: 'default',
  service: 'orders',
  instance,
  incarnation: 1,
});
const connection = (clientId: number) => ({ serverId: 'S', clientId });
const ended = (clientId: number) => ({ ...connection(clientId), reason: 'Client Closed' });
const beat = (instance: string, atMs: number, clientId: number) =>
  [{ id: id(instance), atMs }, connection(clientId)] as const;

describe('the beat book', () => {
  it('knows everybody who beats over a connection', () => {
    const book = new BeatBook();
    book.note(...beat('a', 1, 7));
    book.note(...beat('b', 1, 7));
    book.note(...beat('c', 1, 8));
    expect(book.ownersOf(ended(7))).toEqual([id('a'), id('b')]);
    expect(book.ownersOf(ended(8))).toEqual([id('c')]);
    expect(book.ownersOf(ended(9))).toEqual([]);
  });

  it('forgets the old connection of one that beats over another, and nobody else on it', () => {
    const book = new BeatBook();
    book.note(...beat('a', 1, 7));
    book.note(...beat('b', 1, 7));
    book.note(...beat('a', 2, 9));
    expect(book.ownersOf(ended(7))).toEqual([id('b')]);
    expect(book.ownersOf(ended(9))).toEqual([id('a')]);
    book.forget(id('b'));
    expect(book.ownersOf(ended(7))).toEqual([]);
  });

  it('is not led astray by a beat that arrives late', () => {
    const book = new BeatBook();
    book.note(...beat('a', 5, 9));
    book.note(...beat('a', 4, 7));
    expect(book.ownersOf(ended(7))).toEqual([]);
    expect(book.last(id('a'))?.atMs).toBe(5);
  });

  it('forgets old beats of strangers, and nobody who is there or has just come', () => {
    const book = new BeatBook();
    book.note(...beat('known', 1, 7));
    book.note(...beat('stranger', 1, 7));
    book.note(...beat('newcomer', 100, 8));
    book.forgetAbsent(50, ({ instance }) => instance === 'known');
    expect(book.size).toBe(2);
    expect(book.last(id('stranger'))).toBeUndefined();
    expect(book.ownersOf(ended(7))).toEqual([id('known')]);
  });
});
