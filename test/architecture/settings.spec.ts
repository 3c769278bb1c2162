import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errorCatalogue } from '#contracts';
import { settingAliases, settingsElsewhere, settingsSchema } from '#platform';

const known = new Set([
  ...Object.keys(settingsSchema.shape),
  ...Object.values(settingAliases),
  ...Object.keys(settingsElsewhere),
]);

function sources(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name) && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('settings', () => {
  it('read anywhere in the house are in the reference, so that nobody is told they are misspelt', () => {
    const unknown = new Map<string, string>();
    for (const file of ['libs', 'apps'].flatMap(sources)) {
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
        /['"]((?:ROLLCALL|NATS)_[A-Z0-9_]+)['"]/g,
      )) {
        if (!known.has(name) && !(name in errorCatalogue)) unknown.set(name, file);
      }
    }
    expect(Object.fromEntries(unknown)).toEqual({});
  });
});
