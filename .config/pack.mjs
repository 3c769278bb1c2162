/**
 * `npm run pack:sdk`: makes the publishable packages, as tarballs in dist/packages.
 * A package holds the compiled rooms it is made of; `#room` imports are resolved by its own `imports` map. What it
 * depends on is read from the code, the versions from the root package.json.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { inRoot, root } from '../apps/launcher/setup/root.mjs';

const PACKED = ['client', 'nest', 'nest-jetstream'];
const target = inRoot('dist', 'packages');
const compiled = join(target, 'compiled');
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const house = readJson(inRoot('package.json'));

/** Compiles what the packages are made of and nothing else; sources go into the maps. */
function compile() {
  const tsc = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', '.config/tsconfig.sdk.json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    process.stderr.write(`The packages do not compile:\n${error.stdout}`);
    process.exit(1);
  }
}

/** Packages that the code of a package imports, types included. `#room` stands for what the map says. */
function importedPackages(stage, imports) {
  const found = new Set();
  for (const entry of readdirSync(stage, { withFileTypes: true, recursive: true })) {
    if (!/\.(js|d\.ts)$/.test(entry.name)) continue;
    const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8');
    for (const [, , specifier] of text.matchAll(/(\bfrom|\bimport|\bimport\()\s*['"]([^'"\n]+)['"]/g)) {
      const name = imports[specifier] ?? specifier;
      if (name.startsWith('.') || isBuiltin(name)) continue;
      found.add(
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    }
  }
  return [...found].toSorted((left, right) => left.localeCompare(right));
}

function versionOf(name) {
  if (name.startsWith('@rollcall/')) return house.version;
  const version = house.dependencies[name];
  if (version === undefined) throw new Error(`"${name}" is imported, and no dependency of the house`);
  return version;
}

/** Peers that only a part of the package needs. */
function optionalMeta(names) {
  return Object.fromEntries(names.map((name) => [name, { optional: true }]));
}

function packageJson(manifest, stage) {
  const { name, description, keywords, rooms, peers, optionalPeers = [] } = manifest;
  const own = Object.fromEntries(rooms.map((room) => [`#${room}`, `./${room}/index.js`]));
  const imports = { ...own, ...manifest.imports };
  const needed = importedPackages(stage, imports).filter((needed) => !(needed in peers));
  const entries = Object.entries(manifest.exports).map(([path, room]) => [
    path,
    { types: `./${room}/index.d.ts`, default: `./${room}/index.js` },
  ]);
  return {
    name,
    version: house.version,
    description,
    keywords,
    license: house.license,
    type: 'module',
    engines: house.engines,
    exports: { ...Object.fromEntries(entries), './package.json': './package.json' },
    imports,
    files: [...rooms, 'LICENSE'],
    dependencies: Object.fromEntries(needed.map((dependency) => [dependency, versionOf(dependency)])),
    ...(Object.keys(peers).length === 0 ? {} : { peerDependencies: peers }),
    ...(optionalPeers.length === 0 ? {} : { peerDependenciesMeta: optionalMeta(optionalPeers) }),
  };
}

function pack(room) {
  const manifest = readJson(inRoot('libs', room, 'package', 'manifest.json'));
  const stage = join(target, room);
  for (const part of manifest.rooms) {
    cpSync(join(compiled, 'libs', part, 'src'), join(stage, part), { recursive: true });
  }
  cpSync(inRoot('LICENSE'), join(stage, 'LICENSE'));
  cpSync(inRoot('libs', room, 'package', 'README.md'), join(stage, 'README.md'));
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(packageJson(manifest, stage), null, 2)}\n`);
  const options = { cwd: stage, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  const answer = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', target],
    options,
  );
  const [{ filename, entryCount, size }] = JSON.parse(answer);
  return `${relative(root, join(target, filename))}  ${entryCount} files, ${Math.round(size / 1024)} kB`;
}

rmSync(target, { recursive: true, force: true });
compile();
for (const room of PACKED) process.stdout.write(`${pack(room)}\n`);
