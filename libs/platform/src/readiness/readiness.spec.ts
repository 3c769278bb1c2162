import { describe, expect, it } from '@jest/globals';
import { Readiness } from './readiness.js';

describe('readiness', () => {
  it('is given when every check is well', async () => {
    const readiness = new Readiness();
    readiness.set('a', () => ({ ok: true, detail: 'well' }));
    readiness.set('b', async () => ({ ok: true, detail: 'also well' }));
    expect(await readiness.report()).toEqual({
      ready: true,
      checks: [
        { name: 'a', ok: true, detail: 'well' },
        { name: 'b', ok: true, detail: 'also well' },
      ],
    });
  });

  it('is not given when one check is not, and the others are still told', async () => {
    const readiness = new Readiness();
    readiness.set('a', () => ({ ok: false, detail: 'the disk is full' }));
    readiness.set('b', () => ({ ok: true, detail: 'well' }));
    const { ready, checks } = await readiness.report();
    expect(ready).toBe(false);
    expect(checks.map(({ detail }) => detail)).toEqual(['the disk is full', 'well']);
  });

  it('takes a check that throws for one that is not well', async () => {
    const readiness = new Readiness();
    readiness.set('a', () => {
      throw new Error('boom');
    });
    readiness.set('b', () => Promise.reject(new Error('later')));
    expect((await readiness.report()).checks.map(({ ok, detail }) => [ok, detail])).toEqual([
      [false, 'boom'],
      [false, 'later'],
    ]);
  });

  it('does not wait for ever for a check that gives no answer', async () => {
    const readiness = new Readiness();
    readiness.set('stuck', () => new Promise(() => undefined));
    expect((await readiness.report()).checks).toEqual([
      { name: 'stuck', ok: false, detail: 'no answer in 1500 ms' },
    ]);
  });
});
