import { readFileSync } from 'node:fs';

/** Not from a room: the answer to --version should not wait for one to load. */
export const version = (
  JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  }
).version;
