import { describe, expect, it } from '@jest/globals';
import { type Later, opening } from './opening.js';

describe('opening', () => {
  const partsInto = (closed: string[], later: Later): void => {
    later(() => closed.push('server'));
    later(() => Promise.reject(new Error('it hangs')));
    later(() => closed.push('connection'));
  };

  it('closes in the reverse order, each although another would not', async () => {
    const closed: string[] = [];
    const opened = await opening((later) => {
      partsInto(closed, later);
      return Promise.resolve({ name: 'etcd' });
    });
    expect(opened.name).toBe('etcd');
    expect(closed).toEqual([]);
    await expect(opened.stop()).rejects.toThrow('not everything could be closed');
    expect(closed).toEqual(['connection', 'server']);
  });

  it('closes what was opened before the part that could not be', async () => {
    const closed: string[] = [];
    const failing = opening((later) => {
      partsInto(closed, later);
      return Promise.reject(new Error('no port'));
    });
    await expect(failing).rejects.toThrow('no port');
    expect(closed).toEqual(['connection', 'server']);
  });
});
