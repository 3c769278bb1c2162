import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkBinary, type ServerBinary } from './binary-version.js';
import { BINARY_NAME } from './search-path.js';

/** The project's own copy: `.cache/nats-server` beside the package.json this code belongs to. */
export function defaultCacheDir(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!isProjectRoot(directory)) {
    const parent = dirname(directory);
    if (parent === directory) return join(process.cwd(), '.cache', 'nats-server');
    directory = parent;
  }
  return join(directory, '.cache', 'nats-server');
}

function isProjectRoot(directory: string): boolean {
  const file = join(directory, 'package.json');
  if (!existsSync(file)) return false;
  return (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'rollcall';
}

export function cachedBinaryPath(cacheDir: string): string {
  return join(cacheDir, BINARY_NAME);
}

/**
 * Puts a downloaded binary into the cache once it has proven that it runs. The last step is a rename, so
 * that two installers at once, or one that is killed, never leave half a binary behind.
 */
export async function putIntoCache(
  from: string,
  cacheDir: string,
  env: NodeJS.ProcessEnv,
): Promise<ServerBinary> {
  await mkdir(cacheDir, { recursive: true });
  const staged = join(cacheDir, `${BINARY_NAME}.${process.pid}.new`);
  try {
    await copyFile(from, staged);
    await chmod(staged, 0o755);
    const check = await checkBinary(staged, env);
    if (!check.ok) throw new Error(check.reason);
    const path = cachedBinaryPath(cacheDir);
    await rename(staged, path);
    return { path, version: check.binary.version };
  } finally {
    await rm(staged, { force: true });
  }
}
