import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, limits, quote, RollcallError } from '#contracts';
import type { StoredStream } from '#nats';

export const BACKUP_FORMAT = 'rollcall-backup/1';
const FILE = 'manifest.json';

/** One stream of a backup. */
export interface BackedUpStream extends StoredStream {
  /** Name of the file beside the manifest: the stream as the broker hands it over. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly format: string;
  /** RFC 3339, by the clock of the machine that wrote it. */
  readonly at: string;
  /** ROLLCALL_PREFIX of the registry; its streams come back under the same names. */
  readonly prefix: string;
  /** Of the nats-server. */
  readonly server: string;
  /** In the order they were read, which is that of restoring. */
  readonly streams: readonly BackedUpStream[];
}

/** SHA-256 of the manifest without this field, as it is written: shows that the manifest itself is whole. */
type Sealed = Manifest & { readonly digest: string };

const digestOf = (manifest: Manifest): string =>
  createHash('sha256').update(JSON.stringify(manifest)).digest('hex');

export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const sealed: Sealed = { ...manifest, digest: digestOf(manifest) };
  await writeFile(join(directory, FILE), `${JSON.stringify(sealed, null, 2)}\n`, { mode: 0o600 });
}

/** @throws ROLLCALL_BACKUP_INVALID */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, FILE);
  const found = await parsed(path);
  if (found.format !== BACKUP_FORMAT) {
    throw invalid(`${quote(path)} has the format ${quote(found.format)}; ${BACKUP_FORMAT} is understood`);
  }
  const { digest, ...manifest } = found as Sealed;
  if (digestOf(manifest) !== digest) throw invalid(`${quote(path)} was changed: it has another digest`);
  return manifest;
}

async function parsed(path: string): Promise<Partial<Sealed>> {
  try {
    const { size } = await stat(path);
    if (size > limits.backupManifestBytesMax)
      throw new Error(`it has ${size} bytes, too many for a manifest`);
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null) throw new Error('it is no object');
    return value;
  } catch (error) {
    throw invalid(`${quote(path)} cannot be read: ${errorText(error)}`);
  }
}

export function invalid(what: string): RollcallError {
  return new RollcallError('ROLLCALL_BACKUP_INVALID', what);
}
