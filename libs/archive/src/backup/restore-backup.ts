import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { quote, RollcallError } from '#contracts';
import { ChainVerifier } from '#application';
import { JetStreamAudit, wantedStreams } from '#jetstream';
import { brokerError, restoreStream } from '#nats';
import type { OnProgress } from '../progress.js';
import { checkBackup } from './check-backup.js';
import { type BackedUpStream, invalid, type Manifest } from './manifest.js';
import { type BackupPlace, namesOf } from './place.js';

export interface RestoreOptions {
  /** How many copies the streams should have here; it may be another cluster. */
  readonly replicas: number;
  readonly onProgress?: OnProgress;
}

/** What was restored. */
export interface Restored {
  readonly manifest: Manifest;
  /** First and last sequence of the journal. */
  readonly from: number;
  readonly to: number;
  /** Events that were held against the audit trail, and those that are newer than it. */
  readonly audited: number;
  readonly unaudited: number;
}

/** As large as the broker hands them over: it takes no message much larger. */
const CHUNK_BYTES = 128 * 1024;

/**
 * Puts a backup into a broker that holds nothing of this registry. The whole backup is checked first, and the chain of
 * hashes afterwards; what does not hold is taken out again, so that a refusal leaves nothing behind.
 * @throws ROLLCALL_BACKUP_INVALID, ROLLCALL_PLACE_TAKEN, and what the broker answers
 */
export async function restoreBackup(
  place: BackupPlace,
  directory: string,
  options: RestoreOptions,
): Promise<Restored> {
  const manifest = await checkBackup(directory, options.onProgress);
  await refuseStranger(place, manifest);
  const made: string[] = [];
  try {
    for (const stream of manifest.streams) {
      await restoreOne(place, { stream, directory, ...options });
      made.push(stream.config.name);
    }
    return { manifest, ...(await verifyChain(place, options.onProgress)) };
  } catch (error) {
    for (const name of made) await place.manager.streams.delete(name).catch(() => undefined);
    throw error;
  }
}

async function refuseStranger(place: BackupPlace, { prefix }: Manifest): Promise<void> {
  const { subjects, streams } = place;
  if (subjects.prefix !== (prefix === '' ? '' : `${prefix}.`)) {
    const text = `the backup is of a registry with the prefix ${quote(prefix)}, and its names are kept`;
    throw new RollcallError('ROLLCALL_BACKUP_INVALID', text, {
      action: `Set ROLLCALL_PREFIX to ${quote(prefix)}.`,
    });
  }
  const there = await namesOf(place);
  const own = wantedStreams({ subjects, streams, replicas: 1 }).map(({ name }) => name);
  const taken = own.filter((name) => there.has(name));
  if (taken.length === 0) return;
  throw new RollcallError(
    'ROLLCALL_PLACE_TAKEN',
    `the broker holds a registry already: ${taken.join(', ')}`,
    {
      action: 'Stop what runs of Rollcall there, and restore into a broker that has none of these streams.',
    },
  );
}

interface StreamOrder extends RestoreOptions {
  readonly stream: BackedUpStream;
  readonly directory: string;
}

async function restoreOne(place: BackupPlace, order: StreamOrder): Promise<void> {
  const { stream, directory, replicas, onProgress } = order;
  const { name } = stream.config;
  const path = join(directory, stream.file);
  const restored = await restoreStream(
    place.connection,
    {
      stream: name,
      config: { ...stream.config, num_replicas: replicas },
      state: stream.state,
      ...(place.domain === undefined ? {} : { domain: place.domain }),
    },
    chunksOf(path, (bytes) => onProgress?.(`restoring ${name}`, bytes, stream.bytes)),
  );
  // Restoring took place between two checks of the file, and from a server of another version perhaps.
  const { last_seq: last } = restored.state;
  if (last >= stream.state.last_seq) return;
  await place.manager.streams.delete(name).catch(() => undefined);
  throw invalid(
    `the stream "${name}" ends with ${last} when restored, and ended with ${stream.state.last_seq}`,
  );
}

async function* chunksOf(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    yield chunk as Buffer;
    bytes += (chunk as Buffer).length;
    onBytes(bytes);
  }
}

/** A backup whose sums were made to fit is found here, by its first event that is not what was audited. */
async function verifyChain(place: BackupPlace, onProgress?: OnProgress): Promise<Omit<Restored, 'manifest'>> {
  const audit = new JetStreamAudit(place, place.manager);
  const { from, to } = await journalEnds(place);
  const verifier = new ChainVerifier();
  if ((await namesOf(place)).has(place.streams.audit)) {
    await audit.readAll({
      onBlock: (block) => verifier.block(block),
      onCheckpoint: (checkpoint) => verifier.checkpoint(checkpoint),
    });
  }
  await audit.readStored({ from, to }, (event) => {
    verifier.event(event);
    onProgress?.('verifying the chain', event.sequence - from + 1, to - from + 1);
  });
  const { events, unaudited, findings } = verifier.report();
  const [first] = findings;
  if (first !== undefined) throw invalid(`sequence ${first.sequence} of the journal in it: ${first.what}`);
  return { from, to, audited: events, unaudited };
}

async function journalEnds({ manager, streams }: BackupPlace): Promise<{ from: number; to: number }> {
  try {
    const { state } = await manager.streams.info(streams.journal);
    return { from: Math.max(1, state.first_seq), to: state.last_seq };
  } catch (error) {
    throw brokerError(error, 'looking at the restored journal');
  }
}
