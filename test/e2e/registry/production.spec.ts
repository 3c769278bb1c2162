import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settingsSchema } from '#platform';
import { freePort, startTestBroker, type TestBroker } from '#testkit';
import { startRegistry } from './registry-client.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string): string => readFileSync(`${root}docs/guides/${file}`, 'utf8');
const unit = read('production/rollcall@.service');
const dockerfile = read('production/Dockerfile');

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.stop());

function healthCheck(): string[] {
  const [, command = '[]'] = /HEALTHCHECK[^[]*CMD (\[.*\])/.exec(dockerfile) ?? [];
  return JSON.parse(command) as string[];
}

/** Exit code of the container's health check, asked of a port. */
function exitCodeOn(port: string): Promise<number> {
  const [, ...words] = healthCheck();
  return new Promise((resolve) => {
    const child = execFile(process.execPath, words, { env: { ROLLCALL_HTTP_PORT: port } }, () =>
      resolve(child.exitCode ?? -1),
    );
  });
}

describe('what the guide for production hands out', () => {
  it('starts a file that is there', () => {
    const mains = [unit, dockerfile, read('production.md')].flatMap((text) => [
      ...text.matchAll(/dist\/apps\/[\w/]+\.js/g),
    ]);
    expect(mains).toHaveLength(3);
    for (const [main] of mains) expect([main, existsSync(root + main)]).toEqual([main, true]);
  });

  it('names settings that exist', () => {
    const named = [unit, dockerfile, read('production.md')].flatMap((text) =>
      [...text.matchAll(/\b((?:ROLLCALL|NATS)_[A-Z_]+)\b/g)].map(([name]) => name),
    );
    const known = Object.keys(settingsSchema.shape);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('has a health check that is well while the registry lives, and not when it is gone', async () => {
    const registry = await startRegistry(broker.env);
    const { port } = new URL(registry.url);
    expect(await exitCodeOn(port)).toBe(0);
    await registry.stop();
    expect(await exitCodeOn(port)).toBe(1);
    expect(await exitCodeOn(String(await freePort()))).toBe(1);
  });
});
