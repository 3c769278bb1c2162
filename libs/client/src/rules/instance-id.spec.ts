import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isName } from '#contracts';
import { chooseInstanceId, toLabel } from './instance-id.js';

const machine = { hostname: 'Build-Box.local', port: 8080, pid: 4711 };

describe('the instance id', () => {
  it('is the first one known: option, ROLLCALL_INSTANCE, HOSTNAME and port, host name and port', () => {
    const env = { ROLLCALL_INSTANCE: 'orders-blue', HOSTNAME: 'orders-7d9f8b6c5-x2x4z' };
    expect(chooseInstanceId({ ...machine, env, explicit: 'mine' })).toBe('mine');
    expect(chooseInstanceId({ ...machine, env })).toBe('orders-blue');
    expect(chooseInstanceId({ ...machine, env: { HOSTNAME: env.HOSTNAME } })).toBe(
      'orders-7d9f8b6c5-x2x4z-8080',
    );
    expect(chooseInstanceId(machine)).toBe('build-box-local-8080');
  });

  it('has the process id in place of a port that is not known', () => {
    expect(chooseInstanceId({ ...machine, port: undefined })).toBe('build-box-local-4711');
  });

  it.each([{ explicit: 'Orders_1' }, { env: { ROLLCALL_INSTANCE: 'Orders_1' } }])(
    'is refused, not repaired, when a person wrote it wrong',
    (named) => {
      expect(() => chooseInstanceId({ ...machine, ...named })).toThrow(
        expect.objectContaining({ code: 'ROLLCALL_NAME_INVALID' }),
      );
    },
  );

  it('stays apart from others when it has to be shortened', () => {
    const long = 'a-very-long-pod-name-that-somebody-generated-from-a-branch-name-and-more';
    const [first, second] = [
      chooseInstanceId({ ...machine, hostname: long, port: 1 }),
      chooseInstanceId({ ...machine, hostname: long, port: 2 }),
    ];
    expect(first).toHaveLength(63);
    expect(first).not.toBe(second);
    expect(chooseInstanceId({ ...machine, hostname: long, port: 1 })).toBe(first);
  });
});

describe('a text made a DNS label', () => {
  it('is a DNS label, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme', maxLength: 200 })), (text) =>
        isName(toLabel(text)),
      ),
    );
  });

  it('is left as it is when it is one already', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/).filter((text) => !text.includes('--')),
        (text) => toLabel(text) === text,
      ),
    );
  });
});
