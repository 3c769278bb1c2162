import { type ChildProcess, spawn } from 'node:child_process';
import { access, chown, constants, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '#testkit';

/** A PostgreSQL of a test's own, or one that was named. Always stop() it. */
export interface TestPostgres {
  /** URL of a database that is empty. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root; nobody is somebody everywhere. */
const NOBODY = 65_534;
const DEBIAN_ROOT = '/usr/lib/postgresql';

/** The directory with `initdb` and `postgres`, or undefined when this machine has none. */
export async function findPostgres(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN_ROOT).catch(() => []);
  const debian = versions
    .toSorted((left, right) => Number(right) - Number(left))
    .map((version) => join(DEBIAN_ROOT, version, 'bin'));
  for (const directory of [...debian, ...(process.env['PATH'] ?? '').split(delimiter)]) {
    const isThere = await access(join(directory, 'initdb'), constants.X_OK)
      .then(() => access(join(directory, 'postgres'), constants.X_OK))
      .then(
        () => true,
        () => false,
      );
    if (isThere) return directory;
  }
  return undefined;
}

/** Makes a cluster in a temporary directory and starts it on a free port of 127.0.0.1, in about a second. */
export async function startPostgres(binaries: string): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-postgres-'));
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (identity.uid !== undefined) await chown(directory, NOBODY, NOBODY);
  const data = join(directory, 'data');
  const options = { cwd: directory, ...identity, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } };
  await ended(
    spawn(
      join(binaries, 'initdb'),
      ['-D', data, '-U', 'rollcall', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
      options,
    ),
  );
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${directory}`,
    'shared_buffers=64MB',
  ];
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await listening(server, port);
  return {
    url: `postgres://rollcall@127.0.0.1:${port}/postgres`,
    stop: async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      // A fast shutdown: it does not wait for clients.
      server.kill('SIGINT');
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`initdb ended with ${code}: ${output}`)),
    );
  });
}

/** Waits for the line by which the server says that it takes connections. */
function listening(server: ChildProcess, port: number): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${output}`)));
    server.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('ready to accept connections')) return;
      const probe = createConnection(port, '127.0.0.1', () => {
        probe.destroy();
        resolve();
      });
      probe.once('error', reject);
    });
  });
}
