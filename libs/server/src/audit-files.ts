import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '#contracts';
import { CheckpointSigner, newSigningKey, type SignedCheckpoint } from '#application';

const KEY_FILE = 'signing-key.pem';
const CHECKPOINT_FILE = 'checkpoint.json';
const OWNER_ONLY = 0o600;

/** Signs with the key of a directory, which is made when there is none. @throws ROLLCALL_SETTINGS_INVALID */
export async function openSigner(directory: string): Promise<CheckpointSigner> {
  const path = join(directory, KEY_FILE);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new CheckpointSigner(await readOrMake(path));
  } catch (error) {
    throw new RollcallError(
      'ROLLCALL_SETTINGS_INVALID',
      `the signing key "${path}" cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      {
        action:
          'Make ROLLCALL_AUDIT_DIR a directory this process may write, with an Ed25519 key or none in it.',
      },
    );
  }
}

async function readOrMake(path: string): Promise<string> {
  try {
    const pem = await readFile(path, 'utf8');
    await chmod(path, OWNER_ONLY);
    return pem;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const pem = newSigningKey();
  // `wx`: of two processes that begin at the same time, one makes the key and the other reads it.
  await writeFile(path, pem, { mode: OWNER_ONLY, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return readFile(path, 'utf8');
}

/** Keeps the newest checkpoint where who can write the broker's streams cannot. */
export async function keepOutside(directory: string, checkpoint: SignedCheckpoint): Promise<void> {
  const path = join(directory, CHECKPOINT_FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(checkpoint, null, 2)}\n`, { mode: OWNER_ONLY });
  await rename(`${path}.new`, path);
}
