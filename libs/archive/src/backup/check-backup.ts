import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createStreamNames, errorText, quote } from '#contracts';
import type { OnProgress } from '../progress.js';
import { type BackedUpStream, invalid, type Manifest, readManifest } from './manifest.js';
import { backedUp } from './place.js';

/** Reads a whole backup and holds it against its manifest. @throws ROLLCALL_BACKUP_INVALID naming what is wrong */
export async function checkBackup(directory: string, onProgress?: OnProgress): Promise<Manifest> {
  const manifest = await readManifest(directory);
  const wanted = createStreamNames(manifest.prefix);
  const names = manifest.streams.map(({ config }) => config.name);
  const strange = names.find((name) => !backedUp(wanted).includes(name));
  if (strange !== undefined)
    throw invalid(`the manifest names ${quote(strange)}, which is no stream of a backup`);
  if (!names.includes(wanted.journal)) throw invalid(`the journal ${quote(wanted.journal)} is not in it`);
  for (const stream of manifest.streams) await checkFile(directory, stream, onProgress);
  return manifest;
}

async function checkFile(
  directory: string,
  { config, file, bytes, sha256 }: BackedUpStream,
  onProgress?: OnProgress,
): Promise<void> {
  // A manifest that was made up must not lead out of its directory.
  if (file !== `${config.name}.snapshot`)
    throw invalid(`the file of ${quote(config.name)} is ${quote(file)}`);
  const path = join(directory, file);
  const hash = createHash('sha256');
  let read = 0;
  try {
    const { size } = await stat(path);
    if (size < bytes) throw new Error(`it was cut off: it has ${size} of ${bytes} bytes`);
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer);
      read += (chunk as Buffer).length;
      onProgress?.(`checking ${config.name}`, read, bytes);
    }
  } catch (error) {
    throw invalid(`${quote(path)}: ${errorText(error)}`);
  }
  if (hash.digest('hex') !== sha256)
    throw invalid(`${quote(path)} is not what was written: it has another SHA-256`);
}
