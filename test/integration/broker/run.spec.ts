import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { findBinary, findBroker, inspectServer, type RunningBroker, startBroker } from '#broker';
import { freePort, startTestBroker } from '#testkit';
import { fakeBinary, scratch } from './fakes.js';

/** What a starter process told before it was killed. */
interface Orphan {
  pid: number;
  url: string;
  user: string;
  password: string;
}

let binary: { path: string };
let files: Awaited<ReturnType<typeof scratch>>;
let dataDir = '';
let port = 0;
/** Everything a test has started, ended after it whatever happened. */
let running: { stop: () => Promise<unknown> }[] = [];

beforeAll(async () => {
  binary = await findBinary();
});
beforeEach(async () => {
  files = await scratch();
  dataDir = files.path('nats');
  port = await freePort();
});
afterEach(async () => {
  for (const one of running.toReversed()) await one.stop();
  running = [];
  await files.remove();
});

async function start(options: Partial<Parameters<typeof startBroker>[0]> = {}): Promise<RunningBroker> {
  const broker = await startBroker({ binary, dataDir, port, ...options });
  running.push(broker);
  return broker;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Starts a broker from another process, and kills that process. The broker lives on. */
async function leaveOrphan(): Promise<Orphan> {
  const script = fileURLToPath(new URL('./starter.mjs', import.meta.url));
  const starter = fork(script, [binary.path, dataDir, String(port)], { execArgv: [] });
  const [orphan] = (await once(starter, 'message')) as [Orphan];
  await kill(starter);
  return orphan;
}

/** A process that has ended may stay in the table as a zombie until somebody collects it. */
async function runs(pid: number): Promise<boolean> {
  const state = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({
    stdout: 'Z',
  }));
  return !state.stdout.startsWith('Z');
}

/** A nats-server nobody knows, on our port. */
async function foreign(...args: string[]): Promise<{ url: string; pid: number }> {
  const child = spawn(binary.path, ['--addr', '127.0.0.1', '--port', String(port), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.push({ stop: () => kill(child) });
  let said = '';
  for await (const chunk of child.stderr) {
    said += String(chunk);
    if (said.includes('Server is ready')) break;
  }
  return { url: `nats://127.0.0.1:${port}`, pid: child.pid ?? -1 };
}

describe('starting a broker', () => {
  it('keeps passwords in files for their owner alone', async () => {
    await mkdir(dataDir);
    // Also when they were there before, open to all.
    await writeFile(files.path('nats', 'server.conf'), '', { mode: 0o644 });
    await chmod(files.path('nats', 'server.conf'), 0o644);
    const broker = await start();
    const modes = await Promise.all(
      [broker.files.config, broker.files.credentials].map(async (file) => (await stat(file)).mode & 0o777),
    );
    expect(modes).toEqual([0o600, 0o600]);
    expect(await readFile(broker.files.config, 'utf8')).toContain('sync_interval: "always"');
    await expect(connect({ servers: broker.url, reconnect: false })).rejects.toThrow(
      'Authorization Violation',
    );
  });

  it('finds its data and its credentials the second time', async () => {
    const first = await start();
    const client = await connect({ servers: first.url, user: first.user, pass: first.password });
    await (await jetstreamManager(client)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    await client.request('kept', 'one');
    await client.close();
    await first.stop();
    expect(await readdir(dataDir)).not.toContain('owner.json');

    const second = await start();
    expect(second).toMatchObject({
      adopted: false,
      url: first.url,
      user: first.user,
      password: first.password,
    });
    const again = await connect({ servers: second.url, user: first.user, pass: first.password });
    expect((await (await jetstreamManager(again)).streams.info('KEPT')).state.messages).toBe(1);
    await again.close();
  });

  it('ends a server that does not listen to SIGTERM', async () => {
    const broker = await start();
    await broker.signal('SIGSTOP');
    await broker.stop(100);
    expect(await broker.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('tells when the server ends by itself, and frees the data', async () => {
    const broker = await start();
    process.kill(broker.pid, 'SIGKILL');
    expect(await broker.exited).toMatchObject({ signal: 'SIGKILL' });
    expect((await start()).adopted).toBe(false);
  });

  it('shows the last words of a server that dies at once', async () => {
    await expect(start({ extraConfig: 'no_such_setting: 1' })).rejects.toMatchObject({
      code: 'ROLLCALL_BROKER_DIED',
      what: expect.stringContaining('unknown field "no_such_setting"'),
    });
    const path = await fakeBinary(files.path('bin'), 'I am no server');
    await expect(start({ binary: { path } })).rejects.toThrow('I am no server');
    // Nothing is left that would hinder the next start.
    await start();
  });

  it('says which file to delete when the kept credentials are broken', async () => {
    await mkdir(dataDir);
    await writeFile(files.path('nats', 'credentials.json'), '{"app":');
    await expect(start()).rejects.toThrow(
      `ROLLCALL_SETTINGS_INVALID: the credentials in "${files.path('nats', 'credentials.json')}"`,
    );
  });
});

describe('a port that is taken', () => {
  it('by another nats-server: says so, and that it could be joined', async () => {
    const { url } = await foreign();
    const error = await start().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'ROLLCALL_BROKER_PORT_TAKEN' });
    expect(String(error)).toMatch(
      /port \d+ of 127.0.0.1 is taken by nats-server \d+\.\d+\.\d+ .*which we did not start/,
    );
    expect(String(error)).toContain(`NATS_URL=${url}`);
    expect((await inspectServer(url)).name).not.toBe('');
  });

  it('by anything else: says so', async () => {
    const server = createServer((socket) => void socket.end('HTTP/1.1 400\r\n\r\n'));
    await new Promise<void>((resolve) => void server.listen(port, '0.0.0.0', resolve));
    running.push({ stop: () => new Promise((resolve) => server.close(resolve)) });
    await expect(start()).rejects.toThrow('a program that is not a nats-server');
  });
});

describe('NATS_URL of a server without JetStream', () => {
  it('is refused', async () => {
    const { url } = await foreign();
    await expect(findBroker({ env: { NATS_URL: url } })).rejects.toMatchObject({
      code: 'ROLLCALL_BROKER_NO_JETSTREAM',
      what: `the server at "${url}" runs without JetStream`,
    });
  });
});

describe('an orphan', () => {
  it('is adopted with its data, and ends by stop()', async () => {
    const orphan = await leaveOrphan();
    const login = { servers: orphan.url, user: orphan.user, pass: orphan.password };
    const client = await connect({ ...login, reconnect: false });
    const broker = await start();
    expect(broker).toMatchObject({
      adopted: true,
      pid: orphan.pid,
      url: orphan.url,
      password: orphan.password,
    });
    // The client of before the crash has not noticed anything.
    await client.flush();
    await broker.stop();
    await client.closed();
    expect(await runs(orphan.pid)).toBe(false);
  });

  it('is adopted also when its pid file is lost', async () => {
    const orphan = await leaveOrphan();
    await rm(files.path('nats', 'server.pid'));
    expect(await start()).toMatchObject({ adopted: true, pid: orphan.pid });
  });

  it.each<[string, () => Promise<unknown>, () => Partial<Parameters<typeof startBroker>[0]>]>([
    ['another configuration is wanted now', async () => undefined, () => ({ syncInterval: '1m' })],
    ['its credentials are lost', () => rm(files.path('nats', 'credentials.json')), () => ({})],
  ])('is replaced when %s', async (_, before, options) => {
    const orphan = await leaveOrphan();
    await before();
    const broker = await start(options());
    expect(broker).toMatchObject({ adopted: false, port });
    expect(broker.pid).not.toBe(orphan.pid);
    expect(await runs(orphan.pid)).toBe(false);
  });

  it('is none when a stale pid file names a stranger', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    running.push({ stop: () => kill(stranger) });
    await once(stranger, 'spawn');
    await mkdir(dataDir);
    await writeFile(files.path('nats', 'server.pid'), String(stranger.pid));
    expect((await start()).adopted).toBe(false);
    expect(stranger.exitCode).toBeNull();
    expect(stranger.signalCode).toBeNull();
  });
});

describe('data in use', () => {
  it('by a starter that lives', async () => {
    const broker = await start();
    await expect(start({ port: await freePort() })).rejects.toMatchObject({
      code: 'ROLLCALL_BROKER_DATA_IN_USE',
      what: expect.stringContaining(`process ${process.pid}`),
    });
    await inspectServer(broker.url);
  });

  it('by a nats-server somebody started on it', async () => {
    const { pid } = await foreign('--jetstream', '--store_dir', files.path('nats', 'store'));
    await expect(start({ port: await freePort() })).rejects.toMatchObject({
      code: 'ROLLCALL_BROKER_DATA_IN_USE',
      what: expect.stringContaining(`nats-server process ${pid}, which we did not start`),
    });
  });

  it('not by an owner whose pid now belongs to somebody else', async () => {
    await mkdir(dataDir);
    await writeFile(
      files.path('nats', 'owner.json'),
      JSON.stringify({ pid: process.pid, startMark: 'earlier' }),
    );
    expect((await start()).adopted).toBe(false);
  });
});

describe('a full store', () => {
  it('is refused by the server, and the limit is the one that was set', async () => {
    const broker = await startTestBroker({ maxFileStoreBytes: 64 * 1024 });
    running.push(broker);
    const client = await connect(broker.connection);
    const manager = await jetstreamManager(client);
    await manager.streams.add({ name: 'FULL', subjects: ['full'] });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        client.request('full', new Uint8Array(4096)).then((reply) => reply.string()),
      ),
    );
    expect(answers.at(-1)).toContain('insufficient');
    await client.close();
  });
});
