import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = process.cwd();
const packages = join(root, 'dist', 'packages');

/** A Nest app of somebody else's: in a directory outside the repository, with the packed SDK from npm install. */
export interface FreshApp {
  readonly directory: string;
  remove(): Promise<void>;
}

/** What a Nest app needs, at the versions this repository was tested with. */
const wanted = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-fastify', 'reflect-metadata', 'rxjs'];
const wantedToBuild = ['typescript', '@types/node'];

const tsconfig = {
  compilerOptions: {
    target: 'ES2023',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    outDir: 'dist',
    types: ['node'],
  },
  include: ['*.ts'],
};

/** Packs the SDK and returns the paths of the tarballs. */
export async function packSdk(): Promise<string[]> {
  await run('npm', ['run', '--silent', 'pack:sdk'], { cwd: root });
  const names = await readdir(packages);
  return names.filter((name) => name.endsWith('.tgz')).map((name) => join(packages, name));
}

/** Makes the app, installs, compiles. Throws with the compiler's words when the types do not fit. */
export async function makeFreshApp(
  tarballs: readonly string[],
  sources: Record<string, string>,
): Promise<FreshApp> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-fresh-app-'));
  const house = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const pick = (from: string, names: string[]) =>
    Object.fromEntries(names.map((name) => [name, house[from]?.[name]]));
  const files: Record<string, string> = {
    'package.json': JSON.stringify({
      name: 'fresh-app',
      version: '1.0.0',
      private: true,
      type: 'module',
      dependencies: pick('dependencies', wanted),
      devDependencies: pick('devDependencies', wantedToBuild),
    }),
    'tsconfig.json': JSON.stringify(tsconfig),
    ...sources,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], {
    cwd: directory,
  });
  await compile(directory);
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

async function compile(directory: string): Promise<void> {
  try {
    await run(join(directory, 'node_modules', '.bin', 'tsc'), [], { cwd: directory });
  } catch (error) {
    throw new Error(`the fresh app does not compile:\n${(error as { stdout: string }).stdout}`, {
      cause: error,
    });
  }
}
