import { describe, expect, it } from '@jest/globals';
import { isNewEnough } from '../version.js';
import { RELEASE_VERSION, releasePlatform, releaseSha256, releaseUrl } from './release-pins.js';

describe('the pinned release', () => {
  it('is new enough and has a whole SHA-256 for each platform', () => {
    expect(isNewEnough(RELEASE_VERSION)).toBe(true);
    for (const sum of Object.values(releaseSha256)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['linux', 'x64', 'linux-amd64.tar.gz'],
    ['linux', 'arm64', 'linux-arm64.tar.gz'],
    ['darwin', 'arm64', 'darwin-arm64.tar.gz'],
    ['win32', 'x64', 'windows-amd64.zip'],
  ])('names the archive of %s %s', (platform, arch, name) => {
    expect(releasePlatform(platform, arch)).toBe(name);
    expect(releaseUrl(name)).toContain(`/v${RELEASE_VERSION}/nats-server-v${RELEASE_VERSION}-${name}`);
  });
});
