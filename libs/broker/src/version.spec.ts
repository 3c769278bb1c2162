import { describe, expect, it } from '@jest/globals';
import { isNewEnough, parseServerVersion } from './version.js';

describe('server version', () => {
  it.each([
    ['nats-server: v2.15.1', '2.15.1'],
    ['nats-server: v2.14.0-dev\n', '2.14.0'],
    ['2.15.1-1', '2.15.1'],
    ['no version here', null],
  ])('reads %j as %j', (text, version) => {
    expect(parseServerVersion(text)).toBe(version);
  });

  it.each([
    ['2.9.10', false],
    ['2.11.99', false],
    ['2.12.0', true],
    ['2.12.0-RC.1', true],
    ['10.0.0', true],
    ['', false],
  ])('%j is new enough: %j', (version, answer) => {
    expect(isNewEnough(version)).toBe(answer);
  });
});
