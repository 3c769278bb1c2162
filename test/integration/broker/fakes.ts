import { createServer, type RequestListener, type Server } from 'node:http';
import { watch } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for one test file; remove() takes it away with everything in it. */
export async function scratch(): Promise<{
  path: (...parts: string[]) => string;
  remove: () => Promise<void>;
}> {
  const root = await mkdtemp(join(tmpdir(), 'rollcall-broker-'));
  return {
    path: (...parts) => join(root, ...parts),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A `nats-server` that is a shell script printing a version, and nothing else. */
export async function fakeBinary(directory: string, prints: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'nats-server');
  await writeFile(path, `#!/bin/sh\necho '${prints}'\n`);
  await chmod(path, 0o755);
  return path;
}

/** A web server standing in for the place releases are downloaded from. */
export async function standIn(answer: RequestListener): Promise<{ url: string; close: () => Promise<void> }> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/** Resolves once `holds` answers true, which is asked at every change of a file in the directory. */
export function untilFiles(directory: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    // Not the iterator of node:fs/promises: on Node 20 it loses what happens while its reader is busy.
    const watcher = watch(directory, () => look());
    const look = () => {
      if (!holds()) return;
      watcher.close();
      resolve();
    };
    look();
  });
}
