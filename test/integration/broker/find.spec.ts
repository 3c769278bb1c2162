import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir, stat, symlink } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findBinary, findBroker } from '#broker';
import { freePort, startTestBroker } from '#testkit';
import { fakeBinary, scratch, standIn } from './fakes.js';

const run = promisify(execFile);
const OLD = 'nats-server: v2.9.10';
const NEW = 'nats-server: v2.13.0';

describe('finding a nats-server', () => {
  let files: Awaited<ReturnType<typeof scratch>>;
  /** A PATH with what the fakes and the unpacking need, and surely no nats-server and no apt. */
  let tools = '';
  let archive: { bytes: Buffer; sha256: string };

  beforeAll(async () => {
    files = await scratch();
    tools = dirname(await fakeBinary(files.path('tools'), 'not a server'));
    for (const tool of ['sh', 'tar', 'gzip', 'echo']) {
      const { stdout } = await run('sh', ['-c', `command -v ${tool}`]);
      if (stdout.startsWith('/')) await symlink(stdout.trim(), files.path('tools', tool));
    }
    await fakeBinary(files.path('packed', 'nats-server-v2.13.0-linux-amd64'), NEW);
    await run('tar', [
      '-czf',
      files.path('release.tar.gz'),
      '-C',
      files.path('packed'),
      'nats-server-v2.13.0-linux-amd64',
    ]);
    const bytes = await readFile(files.path('release.tar.gz'));
    archive = { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  afterAll(() => files.remove());

  describe('NATS_SERVER_BIN', () => {
    it('is used before everything else', async () => {
      const path = await fakeBinary(files.path('named'), NEW);
      expect(await findBinary({ env: { NATS_SERVER_BIN: path, PATH: tools } })).toEqual({
        path,
        version: '2.13.0',
      });
    });

    it('is refused when too old, not replaced', async () => {
      const path = await fakeBinary(files.path('named-old'), OLD);
      await expect(findBinary({ env: { NATS_SERVER_BIN: path, PATH: tools } })).rejects.toMatchObject({
        code: 'ROLLCALL_BROKER_TOO_OLD',
        what: `NATS_SERVER_BIN: "${path}" is version 2.9.10, older than 2.12.0`,
      });
    });

    it('is refused when it does not run or is something else', async () => {
      const nowhere = files.path('nowhere');
      await expect(findBinary({ env: { NATS_SERVER_BIN: nowhere } })).rejects.toThrow(
        `ROLLCALL_BROKER_MISSING: NATS_SERVER_BIN: "${nowhere}" does not run`,
      );
      await expect(findBinary({ env: { NATS_SERVER_BIN: process.execPath } })).rejects.toThrow(
        'is not a nats-server',
      );
    });
  });

  it('passes an old server on PATH and takes the next', async () => {
    const old = dirname(await fakeBinary(files.path('path-old'), OLD));
    const path = await fakeBinary(files.path('path-new'), NEW);
    expect(await findBinary({ env: { PATH: `${old}:${dirname(path)}` } })).toEqual({
      path,
      version: '2.13.0',
    });
  });

  it('takes the cached binary, and does not ask the network', async () => {
    const path = await fakeBinary(files.path('cache-full'), NEW);
    const lines: string[] = [];
    const options = {
      env: { PATH: tools },
      cacheDir: dirname(path),
      progress: (line: string) => void lines.push(line),
    };
    expect(await findBinary(options)).toEqual({ path, version: '2.13.0' });
    expect(lines).toEqual([]);
  });

  describe('the release download', () => {
    it('is unpacked into the cache when its SHA-256 is right', async () => {
      const web = await standIn((_, response) => response.end(archive.bytes));
      const cacheDir = files.path('cache-download');
      const url = `${web.url}/release.tar.gz`;
      const env = {
        PATH: tools,
        ROLLCALL_NATS_RELEASE_URL: url,
        ROLLCALL_NATS_SHA256: archive.sha256.toUpperCase(),
      };
      const lines: string[] = [];
      const found = await findBinary({ env, cacheDir, progress: (line) => void lines.push(line) });
      expect(found).toEqual({ path: files.path('cache-download', 'nats-server'), version: '2.13.0' });
      expect(lines).toContain(`downloading ${url}`);
      expect(await readdir(cacheDir)).toEqual(['nats-server']);
      expect((await stat(found.path)).mode & 0o777).toBe(0o755);
      await web.close();
      // The second time nobody is asked.
      expect(await findBinary({ env, cacheDir })).toEqual(found);
    });

    it('is not used when its SHA-256 is wrong; both sums are shown', async () => {
      const web = await standIn((_, response) => response.end(archive.bytes));
      const wrong = 'a'.repeat(64);
      const cacheDir = files.path('cache-wrong');
      const env = { PATH: tools, ROLLCALL_NATS_RELEASE_URL: web.url, ROLLCALL_NATS_SHA256: wrong };
      await expect(findBinary({ env, cacheDir })).rejects.toThrow(
        `has SHA-256 ${archive.sha256}, expected ${wrong}; it was not unpacked`,
      );
      await expect(readdir(cacheDir)).rejects.toThrow('ENOENT');
      await web.close();
    });

    it('needs a checksum for an address of your own', async () => {
      const env = { PATH: tools, ROLLCALL_NATS_RELEASE_URL: 'http://127.0.0.1:9/x' };
      await expect(findBinary({ env, cacheDir: files.path('none') })).rejects.toThrow(
        'a download of your own needs its checksum',
      );
    });

    it('must hold a server that runs and is new enough', async () => {
      await fakeBinary(files.path('packed-old', 'x'), OLD);
      await run('tar', ['-czf', files.path('old.tar.gz'), '-C', files.path('packed-old'), 'x']);
      const bytes = await readFile(files.path('old.tar.gz'));
      const web = await standIn((_, response) => response.end(bytes));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const env = { PATH: tools, ROLLCALL_NATS_RELEASE_URL: web.url, ROLLCALL_NATS_SHA256: sha256 };
      const cacheDir = files.path('cache-old');
      await expect(findBinary({ env, cacheDir })).rejects.toThrow('is version 2.9.10, older than 2.12.0');
      expect(await readdir(cacheDir)).toEqual([]);
      await web.close();
    });
  });

  it('lists everything tried, with the reason for each, and three ways out', async () => {
    const web = await standIn((_, response) => response.writeHead(404).end());
    const old = dirname(await fakeBinary(files.path('missing-old'), OLD));
    const cacheDir = files.path('cache-empty');
    const env = {
      PATH: `${tools}:${old}`,
      ROLLCALL_NATS_RELEASE_URL: web.url,
      ROLLCALL_NATS_SHA256: archive.sha256,
    };
    const error = await findBinary({ env, cacheDir }).then(
      () => new Error('found one'),
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: 'ROLLCALL_BROKER_MISSING' });
    for (const part of [
      'NATS_URL: not set',
      'NATS_SERVER_BIN: not set',
      `PATH: "${tools}/nats-server" is not a nats-server; "${old}/nats-server" is version 2.9.10, older than 2.12.0`,
      `project cache: nothing at "${cacheDir}/nats-server"`,
      'Debian package: ',
      `release download: "${web.url}" answered 404`,
      '1. install nats-server 2.12.0 or newer',
      '2. set NATS_SERVER_BIN',
      '3. set NATS_URL',
    ]) {
      expect(error.message).toContain(part);
    }
    await web.close();
  });
});

describe('NATS_URL', () => {
  it('is joined when the server there will do; the first of a list that answers counts', async () => {
    const broker = await startTestBroker();
    const dead = `nats://127.0.0.1:${await freePort()}`;
    const url = `${dead},${broker.url}`;
    expect(await findBroker({ env: { NATS_URL: url } })).toMatchObject({
      kind: 'server',
      url,
      info: { jetstream: true, authRequired: true },
    });
    await broker.stop();
  });

  it('is refused when nobody answers', async () => {
    const env = { NATS_URL: `nats://127.0.0.1:${await freePort()}` };
    await expect(findBroker({ env })).rejects.toMatchObject({ code: 'ROLLCALL_BROKER_UNREACHABLE' });
  });

  it('is taken on trust when a server says nothing before TLS', async () => {
    const open = new Set<Socket>();
    const silent = createServer((socket) => void open.add(socket));
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const url = `tls://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await findBroker({ env: { NATS_URL: url } })).toEqual({ kind: 'server', url, info: null });
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
});
