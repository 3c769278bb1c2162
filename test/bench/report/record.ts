import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { benchmarkPages, resultFile } from './files.js';
import { type Result, writeResult } from './result.js';

/** Puts a result into the reference, with its page and drawings; drawings of what is no longer in it go. */
export function record(result: Result): void {
  writeResult(resultFile, result);
  const pages = benchmarkPages();
  for (const [path, render] of pages) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, render());
  }
  const known = new Set(pages.map(([path]) => path));
  const folder = dirname(resultFile);
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.svg')))
    if (!known.has(`${folder}/${name}`)) rmSync(join(folder, name));
  console.log('recorded: docs/reference/benchmarks.md');
}
