import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const STATIC_IMPORT = /^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm;

/** Everything a file loads when it is loaded, itself included: relative files by path, the rest by name. */
function loadedBy(path: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  for (const [, specifier = ''] of readFileSync(path, 'utf8').matchAll(STATIC_IMPORT)) {
    if (specifier.startsWith('.')) loadedBy(join(dirname(path), specifier.replace(/\.js$/, '.ts')), loaded);
    else loaded.add(specifier);
  }
  return loaded;
}

describe("the program of the heart's thread", () => {
  it('loads the NATS client and nothing of the other rooms, which would triple its memory', () => {
    const loaded = [...loadedBy('libs/client/src/heart/heart-worker.ts')];
    const packages = loaded.filter((name) => !name.endsWith('.ts')).sort();
    expect(packages).toEqual(['@nats-io/nats-core', '@nats-io/transport-node', 'node:worker_threads']);
    expect(loaded.some((name) => name.endsWith('pulse.ts'))).toBe(true);
  });
});
