import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The files of one broker, all in one directory. */
export interface BrokerFiles {
  readonly directory: string;
  /** Streams and their messages. */
  readonly store: string;
  readonly config: string;
  readonly credentials: string;
  /** Written by the server. */
  readonly pid: string;
  readonly log: string;
  /** What the server says before it has opened its log. */
  readonly console: string;
  /** The process that started the server and stops it. */
  readonly owner: string;
}

export function brokerFiles(directory: string): BrokerFiles {
  const root = resolve(directory);
  return {
    directory: root,
    store: join(root, 'store'),
    config: join(root, 'server.conf'),
    credentials: join(root, 'credentials.json'),
    pid: join(root, 'server.pid'),
    log: join(root, 'server.log'),
    console: join(root, 'console.log'),
    owner: join(root, 'owner.json'),
  };
}

export async function createDataDirectory(files: BrokerFiles): Promise<void> {
  await mkdir(files.directory, { recursive: true, mode: 0o700 });
}

/** The URL a server with this pid listens on, as it wrote it down itself; null until it listens. */
export async function listeningUrl(files: BrokerFiles, pid: number): Promise<string | null> {
  const names = await readdir(files.directory);
  const name = names.find((entry) => entry.endsWith(`_${pid}.ports`));
  if (name === undefined) return null;
  try {
    const ports = JSON.parse(await readFile(join(files.directory, name), 'utf8')) as { nats?: string[] };
    return ports.nats?.[0] ?? null;
  } catch {
    // Caught while it is being written.
    return null;
  }
}

/** Takes away what a server that was killed could not: its pid and ports files. */
export async function removeTraces(files: BrokerFiles): Promise<void> {
  const names = await readdir(files.directory);
  const stale = names.filter((name) => name.endsWith('.ports')).map((name) => join(files.directory, name));
  await Promise.all([files.pid, ...stale].map((path) => rm(path, { force: true })));
}
