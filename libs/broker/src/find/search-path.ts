import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export const BINARY_NAME = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/** Every executable nats-server on PATH, in the order of PATH. */
export async function binariesOnPath(env: NodeJS.ProcessEnv): Promise<string[]> {
  const directories = (env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  const found: string[] = [];
  for (const directory of new Set(directories)) {
    const path = join(directory, BINARY_NAME);
    if (await isExecutable(path)) found.push(path);
  }
  return found;
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
