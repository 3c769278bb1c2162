import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, rename, unlink } from 'node:fs/promises';
import { quote, RollcallError } from '#contracts';
import { KeyRing } from './key-ring.js';

const OWNER_ONLY = 0o600;
/** Bits that let anybody but the owner in. */
const OTHERS = 0o077;
const FILE_BYTES_MAX = 64 * 1024;

/**
 * Reads a key ring. On systems with file modes, a file that others may read, write or run is refused: it may have
 * been read already.
 * @throws ROLLCALL_KEY_RING_ABSENT, ROLLCALL_KEY_RING_EXPOSED, ROLLCALL_KEY_RING_INVALID
 */
export async function readRingFile(path: string): Promise<KeyRing> {
  const file = await open(path, constants.O_RDONLY).catch((error: NodeJS.ErrnoException) => {
    const text = `the key ring ${quote(path)} cannot be opened: ${error.code ?? error.message}`;
    throw new RollcallError('ROLLCALL_KEY_RING_ABSENT', text, { cause: error });
  });
  try {
    // The opened file is looked at, not the path: between the two somebody could exchange it.
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      const text = `the key ring ${quote(path)} has mode ${octal}, so others than its owner may use it`;
      throw new RollcallError('ROLLCALL_KEY_RING_EXPOSED', text, { details: { path } });
    }
    if (size > FILE_BYTES_MAX) {
      throw new RollcallError(
        'ROLLCALL_KEY_RING_INVALID',
        `${quote(path)} has ${size} bytes: no key ring is that large`,
      );
    }
    return KeyRing.parse(await file.readFile('utf8'), quote(path));
  } finally {
    await file.close();
  }
}

/** Writes a new ring; an existing file is never overwritten. @throws ROLLCALL_KEY_RING_INVALID */
export async function createRingFile(path: string, ring: KeyRing): Promise<void> {
  const draft = await writeDraft(path, ring);
  try {
    await link(draft, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const text =
      code === 'EEXIST' ? 'is there already, and its keys may be needed' : `cannot be written: ${code}`;
    throw new RollcallError('ROLLCALL_KEY_RING_INVALID', `${quote(path)} ${text}`, { cause: error });
  } finally {
    await unlink(draft);
  }
}

/** Replaces a ring at once: whoever reads the file finds the old one or the new one. */
export async function replaceRingFile(path: string, ring: KeyRing): Promise<void> {
  const draft = await writeDraft(path, ring);
  await rename(draft, path);
}

async function writeDraft(path: string, ring: KeyRing): Promise<string> {
  const draft = `${path}.${randomUUID()}.draft`;
  const file = await open(draft, 'wx', OWNER_ONLY).catch((error: NodeJS.ErrnoException) => {
    const text = `${quote(draft)} cannot be written: ${error.code ?? error.message}`;
    throw new RollcallError('ROLLCALL_KEY_RING_INVALID', text, { cause: error });
  });
  try {
    await file.writeFile(
      `# Rollcall key ring: the first key seals, all open. Keep it to yourself.\n${ring.reveal()}`,
    );
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}
