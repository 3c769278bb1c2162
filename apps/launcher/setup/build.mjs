import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inRoot, root } from './root.mjs';
import { run } from './run.mjs';

const dist = inRoot('dist');
const stampFile = inRoot('dist', '.rollcall-build');
const compilerState = inRoot('dist', '.tsbuildinfo');

/** What .config/tsconfig.build.json compiles. */
const SOURCE_FOLDERS = [
  'apps',
  'libs',
  'test/bench',
  'test/e2e/fixtures',
  // What benchmarks share with tests.
  'test/integration/client',
  'test/integration/sql',
];
const SETTINGS = ['tsconfig.json', '.config/tsconfig.build.json', 'package.json', 'package-lock.json'];

function filesBelow(directory, wanted) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function sourceFiles() {
  const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts');
  return SOURCE_FOLDERS.flatMap((folder) => filesBelow(inRoot(folder), isSource)).toSorted((left, right) =>
    left.localeCompare(right),
  );
}

/** Contents, not times: a fresh checkout of the same commit builds nothing anew. */
function stampOf(sources) {
  const hash = createHash('sha256');
  for (const file of [...SETTINGS.map((name) => inRoot(name)), ...sources]) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

const outputOf = (source) => join(dist, relative(root, source).replace(/\.ts$/, '.js'));
const emits = (source) => !source.endsWith('.d.ts');

const allBuilt = (sources) => sources.filter(emits).every((source) => existsSync(outputOf(source)));

export function buildFresh() {
  const sources = sourceFiles();
  return existsSync(stampFile) && allBuilt(sources) && readFileSync(stampFile, 'utf8') === stampOf(sources);
}

/** Compiles what changed. Takes 2 to 10 s. */
export async function build() {
  const sources = sourceFiles();
  const stamp = stampOf(sources);
  // The compiler remembers what it wrote and does not look whether it is still there.
  if (existsSync(compilerState) && !builtBefore(sources)) rmSync(compilerState);
  const tsc = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', '.config/tsconfig.build.json'], 'The build');
  removeOrphans(sources);
  writeFileSync(stampFile, stamp);
}

/** Sources the compiler has never seen have no output yet, and it knows that. */
function builtBefore(sources) {
  const known = new Set(JSON.parse(readFileSync(compilerState, 'utf8')).fileNames ?? []);
  return sources
    .filter((source) => emits(source) && known.has(relative(dist, source)))
    .every((source) => existsSync(outputOf(source)));
}

/** Output of a source that was renamed or deleted would still be found and run. */
function removeOrphans(sources) {
  const kept = new Set(sources.map((source) => outputOf(source)));
  for (const file of filesBelow(dist, (name) => name.endsWith('.js'))) {
    if (kept.has(file)) continue;
    for (const twin of [file, `${file}.map`, file.replace(/\.js$/, '.d.ts')]) rmSync(twin, { force: true });
  }
}
