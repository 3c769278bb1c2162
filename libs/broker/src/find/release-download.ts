import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { errorText } from '#contracts';
import type { Progress } from '../progress.js';
import { type Attempt, failed, gave } from './attempt.js';
import type { ServerBinary } from './binary-version.js';
import { putIntoCache } from './cache.js';
import { releasePlatform, releaseSha256, releaseUrl } from './release-pins.js';
import { runCommand } from './run-command.js';
import { BINARY_NAME } from './search-path.js';

const WAY = 'release download';
const MAX_ARCHIVE_BYTES = 200 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 180_000;

export interface ReleaseOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cacheDir: string;
  readonly progress: Progress;
}

/**
 * Downloads a release archive and uses it only when its SHA-256 is the pinned one.
 * ROLLCALL_NATS_RELEASE_URL and ROLLCALL_NATS_SHA256 name another archive, a mirror's for instance.
 */
export async function fromRelease(options: ReleaseOptions): Promise<Attempt> {
  const platform = releasePlatform();
  const own = options.env['ROLLCALL_NATS_RELEASE_URL'];
  const url = own ?? releaseUrl(platform);
  const sha256 =
    options.env['ROLLCALL_NATS_SHA256']?.toLowerCase() ??
    (own === undefined ? releaseSha256[platform] : undefined);
  if (sha256 === undefined) {
    const what =
      own === undefined
        ? `there is no pinned checksum for ${platform}`
        : 'a download of your own needs its checksum';
    return failed(WAY, `${what}; set ROLLCALL_NATS_RELEASE_URL and ROLLCALL_NATS_SHA256`);
  }
  try {
    options.progress(`downloading ${url}`);
    return gave(WAY, await takeArchive(url, sha256, options));
  } catch (error) {
    return failed(WAY, errorText(error));
  }
}

async function takeArchive(url: string, sha256: string, options: ReleaseOptions): Promise<ServerBinary> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-nats-'));
  try {
    const archive = join(directory, 'archive');
    const found = await download(url, archive);
    if (found !== sha256) {
      throw new Error(`"${url}" has SHA-256 ${found}, expected ${sha256}; it was not unpacked`);
    }
    await runCommand('tar', ['-xf', archive, '-C', directory], { env: options.env });
    const names = await readdir(directory, { recursive: true });
    const name = names.find((entry) => entry === BINARY_NAME || /[\\/]nats-server(\.exe)?$/.test(entry));
    if (name === undefined) throw new Error(`"${url}" has no ${BINARY_NAME} in it`);
    return await putIntoCache(join(directory, name), options.cacheDir, options.env);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Writes the body to a file and answers its SHA-256 in hex. */
async function download(url: string, file: string): Promise<string> {
  const response = await fetchArchive(url);
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(
        bytes > MAX_ARCHIVE_BYTES ? new Error(`"${url}" is larger than ${MAX_ARCHIVE_BYTES} bytes`) : null,
        chunk,
      );
    },
  });
  await pipeline(Readable.fromWeb(response.body as ReadableStream), meter, createWriteStream(file));
  return hash.digest('hex');
}

async function fetchArchive(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  } catch (error) {
    const cause =
      error instanceof Error && error.cause !== undefined ? errorText(error.cause) : errorText(error);
    throw new Error(`"${url}" cannot be fetched (${cause})`, { cause: error });
  }
  if (!response.ok || response.body === null) throw new Error(`"${url}" answered ${response.status}`);
  return response;
}
