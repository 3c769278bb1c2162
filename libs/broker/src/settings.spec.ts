import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { brokerSettings } from './settings.js';

describe('broker settings', () => {
  it('has defaults', () => {
    expect(brokerSettings({})).toEqual({ port: 4222, dataDir: join('.data', 'nats') });
    expect(brokerSettings({ ROLLCALL_NATS_PORT: '', ROLLCALL_DATA_DIR: '' }).port).toBe(4222);
  });

  it('takes what is set', () => {
    const env = { ROLLCALL_NATS_PORT: '5222', ROLLCALL_DATA_DIR: '/srv/rollcall' };
    expect(brokerSettings(env)).toEqual({ port: 5222, dataDir: '/srv/rollcall/nats' });
    expect(brokerSettings({ ROLLCALL_NATS_PORT: '-1' }).port).toBe(-1);
  });

  it.each(['0', '65536', '-2', '1.5', 'nats', '42 22'])(
    'refuses the port "%s" and says what is allowed',
    (port) => {
      expect(() => brokerSettings({ ROLLCALL_NATS_PORT: port })).toThrow(
        `ROLLCALL_SETTINGS_INVALID: ROLLCALL_NATS_PORT is "${port}", allowed is 1 to 65535, or -1`,
      );
    },
  );
});
