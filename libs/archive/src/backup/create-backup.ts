import { createHash } from 'node:crypto';
import { open, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError, quote } from '#contracts';
import { toTime } from '#domain';
import { brokerError, snapshotStream } from '#nats';
import type { OnProgress } from '../progress.js';
import { type BackedUpStream, BACKUP_FORMAT, type Manifest, writeManifest } from './manifest.js';
import { backedUp, type BackupPlace, namesOf } from './place.js';

export interface BackupOptions {
  /** Wall clock, for the manifest. */
  readonly nowMs: number;
  readonly onProgress?: OnProgress;
}

/**
 * Writes a registry that is at work to a directory, which appears when it is whole. What vouches comes first: the audit
 * trail and the snapshots are read before the journal, so that none of them knows of an event the backup lacks.
 * @throws ROLLCALL_PLACE_TAKEN, and what the broker answers
 */
export async function createBackup(
  place: BackupPlace,
  directory: string,
  { nowMs, onProgress }: BackupOptions,
): Promise<Manifest> {
  await refuseTaken(directory);
  const there = await namesOf(place);
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    const streams: BackedUpStream[] = [];
    for (const name of backedUp(place.streams).filter((name) => there.has(name))) {
      streams.push(await writeStream(place, unfinished, { name, onProgress }));
    }
    const prefix = place.subjects.prefix.replace(/\.$/, '');
    const server = place.connection.info?.version ?? 'unknown';
    const manifest = { format: BACKUP_FORMAT, at: toTime(nowMs), prefix, server, streams };
    await writeManifest(unfinished, manifest);
    await rename(unfinished, directory);
    return manifest;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function refuseTaken(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found !== undefined) throw new RollcallError('ROLLCALL_PLACE_TAKEN', `${quote(directory)} exists`);
}

interface StreamOrder {
  readonly name: string;
  readonly onProgress: BackupOptions['onProgress'];
}

async function writeStream(
  { connection, domain }: BackupPlace,
  directory: string,
  { name, onProgress }: StreamOrder,
): Promise<BackedUpStream> {
  const file = `${name}.snapshot`;
  const handle = await open(join(directory, file), 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const at = { stream: name, ...(domain === undefined ? {} : { domain }) };
    const { config, state } = await snapshotStream(connection, at, async (chunk, expected) => {
      hash.update(chunk);
      await handle.writeFile(chunk);
      bytes += chunk.length;
      // They come compressed: there may be fewer than the stream has.
      onProgress?.(`reading ${name}`, bytes, Math.max(bytes, expected.state.bytes));
    });
    await handle.sync();
    return { file, bytes, sha256: hash.digest('hex'), config, state };
  } catch (error) {
    throw brokerError(error, `backing up the stream "${name}"`);
  } finally {
    await handle.close();
  }
}
