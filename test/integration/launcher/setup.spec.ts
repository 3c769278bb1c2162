import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const launcher = fileURLToPath(new URL('../../../apps/launcher', import.meta.url));

/** Installs two packages, one of them the compiler: notes its call and leaves what npm would leave. */
const NPM = `
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
appendFileSync('calls', 'npm ' + process.argv[2] + '\\n');
if (process.env.NPM_FAILS) { console.error('EUSAGE the lock file is broken'); process.exit(1); }
mkdirSync('node_modules/typescript/bin', { recursive: true });
cpSync('fake-tsc.js', 'node_modules/typescript/bin/tsc.js');
writeFileSync('node_modules/typescript/bin/tsc', "import './tsc.js'");
writeFileSync('node_modules/typescript/package.json', '{"type":"module"}');
writeFileSync('node_modules/.package-lock.json', readFileSync('package-lock.json'));
`;

/** "Compiles" every source that is in the list file. */
const TSC = `
import { appendFileSync, cpSync, readdirSync, writeFileSync } from 'node:fs';
appendFileSync('calls', 'tsc\\n');
if (process.env.TSC_FAILS) { console.log('a.ts(1,1): error TS1'); process.exit(2); }
for (const name of readdirSync('libs/a/src')) cpSync('libs/a/src/' + name, 'dist/libs/a/src/' + name.replace('.ts', '.js'));
writeFileSync('dist/.tsbuildinfo', '{}');
`;

const lockOf = (version: string) =>
  JSON.stringify({
    packages: {
      '': { name: 'x' },
      'node_modules/typescript': { version },
      'node_modules/only-on-a-mac': { version: '1.0.0', optional: true },
    },
  });

let root = '';
const inRoot = (...parts: string[]) => join(root, ...parts);
const write = async (name: string, text: string) => {
  await mkdir(dirname(inRoot(name)), { recursive: true });
  await writeFile(inRoot(name), text);
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rollcall-setup-'));
  await cp(join(launcher, 'setup'), inRoot('apps', 'launcher', 'setup'), { recursive: true });
  await cp(join(launcher, 'setup.mjs'), inRoot('apps', 'launcher', 'setup.mjs'));
  await write('package.json', '{"type":"module"}');
  await write('package-lock.json', lockOf('1.0.0'));
  await write('tsconfig.json', '{}');
  await write('.config/tsconfig.build.json', '{}');
  await write('fake-npm.js', NPM);
  await write('fake-tsc.js', TSC);
  await write('libs/a/src/one.ts', '1');
  await write('libs/a/src/two.ts', '2');
  await write('libs/a/src/two.spec.ts', 'a spec is not built');
  await write(
    'go.mjs',
    "import { setUpOrExit } from './apps/launcher/setup.mjs';\nawait setUpOrExit({ needs: ['build'] });\nconsole.log('done');\n",
  );
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function run(env: Record<string, string> = {}): Promise<Outcome> {
  const options = {
    cwd: root,
    env: { PATH: process.env['PATH'], npm_execpath: inRoot('fake-npm.js'), ...env },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['go.mjs'], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** What was called since the last time. */
async function calls(): Promise<string[]> {
  const noted = await readFile(inRoot('calls'), 'utf8').catch(() => '');
  await rm(inRoot('calls'), { force: true });
  return noted.split('\n').filter(Boolean);
}

async function setUp(env: Record<string, string> = {}): Promise<Outcome & { calls: string[] }> {
  return { ...(await run(env)), calls: await calls() };
}

describe('setting up', () => {
  it('installs and builds a bare clone, says so, and does nothing the second time', async () => {
    const first = await setUp();
    expect(first).toMatchObject({ code: 0, stdout: 'done\n', calls: ['npm ci', 'tsc'] });
    expect(first.stderr).toMatch(
      /installing packages.*…\n.*✓ installing packages.*\n.*building …\n.*✓ building/s,
    );
    expect(await setUp()).toEqual({ code: 0, stdout: 'done\n', stderr: '', calls: [] });
  });

  it('installs again when the lock file changes', async () => {
    await setUp();
    await write('package-lock.json', lockOf('1.0.1'));
    expect((await setUp()).calls[0]).toBe('npm ci');
  });

  it('believes an installation made by hand when it is what the lock file says', async () => {
    await setUp();
    await rm(inRoot('node_modules', '.rollcall-lock'));
    expect((await setUp()).calls).toEqual([]);
    await rm(inRoot('node_modules', '.rollcall-lock'));
    await write('node_modules/.package-lock.json', lockOf('0.9.0'));
    expect((await setUp()).calls).toEqual(['npm ci']);
  });

  it('builds again when a source changes, appears or lost its output; not when a spec changes', async () => {
    await setUp();
    await write('libs/a/src/two.spec.ts', 'changed');
    expect((await setUp()).calls).toEqual([]);
    await write('libs/a/src/one.ts', 'changed');
    expect((await setUp()).calls).toEqual(['tsc']);
    await write('libs/a/src/three.ts', '3');
    expect((await setUp()).calls).toEqual(['tsc']);
    await rm(inRoot('dist/libs/a/src/two.js'));
    expect((await setUp()).calls).toEqual(['tsc']);
  });

  it('removes what a deleted source had been compiled to', async () => {
    await setUp();
    expect(existsSync(inRoot('dist/libs/a/src/two.js'))).toBe(true);
    await rm(inRoot('libs/a/src/two.ts'));
    await setUp();
    expect(existsSync(inRoot('dist/libs/a/src/two.js'))).toBe(false);
    expect(existsSync(inRoot('dist/libs/a/src/one.js'))).toBe(true);
  });

  it.each([
    ['NPM_FAILS', 'npm ci failed (exit code 1):\n\nEUSAGE the lock file is broken'],
    ['TSC_FAILS', 'The build failed (exit code 2):\n\na.ts(1,1): error TS1'],
  ])('stops with what was printed when %s, and tries again next time', async (failure, message) => {
    const broken = await setUp({ [failure]: '1' });
    expect(broken).toMatchObject({ code: 1, stdout: '' });
    expect(broken.stderr).toContain(message);
    expect(await setUp()).toMatchObject({ code: 0, stdout: 'done\n' });
  });

  it('is done once when it is wanted twice at the same time', async () => {
    const both = await Promise.all([run(), run()]);
    expect(both.map((one) => one.code)).toEqual([0, 0]);
    expect(await calls()).toEqual(['npm ci', 'tsc']);
  });

  it('does not wait for somebody who died while doing it', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    await write('.cache/setup.lock/pid', String(dead.pid));
    expect((await setUp()).calls).toEqual(['npm ci', 'tsc']);
  });
});
