import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { debianMirrors } from './debian-sources.js';

describe('the Debian mirrors of a machine', () => {
  let directory = '';
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const uris = async (files: Record<string, string>): Promise<string[]> => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-sources-'));
    await mkdir(join(directory, 'sources.list.d'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    return (await debianMirrors('bookworm', directory)).map((mirror) => mirror.uri);
  };

  it('come from stanzas, without the security archive and without add-ons', async () => {
    const stanzas = [
      'Types: deb\n# a comment\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main',
      'Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\nComponents: main',
      'Types: deb-src\nURIs: http://source.example/debian\nSuites: bookworm\nComponents: main',
      'Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main',
      'Types: deb\nURIs: http://runtime.example/deb\nSuites: nodistro\nComponents: main',
    ];
    expect(await uris({ 'sources.list.d/debian.sources': stanzas.join('\n\n') })).toEqual([
      'http://mirror.example/debian',
    ]);
  });

  it('come from lines, options and comments left aside', async () => {
    const lines = [
      '# deb http://commented.example/debian bookworm main',
      'deb [arch=amd64 signed-by=/some/key.gpg] https://mirror.example/debian bookworm main contrib # near',
      'deb https://mirror.example/debian bookworm-updates main',
      'deb-src https://source.example/debian bookworm main',
    ];
    expect(await uris({ 'sources.list': lines.join('\n') })).toEqual(['https://mirror.example/debian']);
  });

  it('name each mirror once, also one that follows a rolling suite', async () => {
    const list = 'deb http://b.example/debian testing main\n';
    const stanza =
      'Types: deb deb-src\nURIs: http://a.example/debian\n http://b.example/debian\nSuites: sid\nComponents: main\n';
    const found = await uris({ 'sources.list': list, 'sources.list.d/more.sources': stanza });
    expect(found).toEqual(['http://b.example/debian', 'http://a.example/debian']);
  });

  it('are none when there are no sources', async () => {
    expect(await uris({})).toEqual([]);
  });
});
