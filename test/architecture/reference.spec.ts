import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { renderRecordSchemas } from '../reference/record-schemas.js';

const root = process.cwd();

/** Every committed file that is generated from code. `npm run reference` writes them; this test compares. */
const pages: [path: string, render: () => string][] = [
  ['libs/contracts/src/generated/record-schemas.ts', renderRecordSchemas],
];

describe('generated pages are what the code says now', () => {
  it.each(pages)('%s', (path, render) => {
    const file = join(root, path);
    const rendered = render();
    if (process.env['REWRITE'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, rendered);
    }
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(rendered);
  });
});
