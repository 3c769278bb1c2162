import { RollcallError } from '#contracts';
import { type Progress, silent } from '../progress.js';
import { MINIMUM_SERVER_VERSION } from '../version.js';
import type { Attempt } from './attempt.js';
import { failed, gave } from './attempt.js';
import { checkBinary, type ServerBinary } from './binary-version.js';
import { cachedBinaryPath, defaultCacheDir } from './cache.js';
import { fromDebianPackage } from './debian-package.js';
import { fromRelease } from './release-download.js';
import { binariesOnPath, isExecutable } from './search-path.js';

export interface FindBinaryOptions {
  /** Settings and PATH; `process.env` when left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where installed binaries are kept; the project's `.cache/nats-server` when left out. */
  readonly cacheDir?: string;
  readonly progress?: Progress;
}

/**
 * A nats-server binary that is new enough: the one named by NATS_SERVER_BIN, else on PATH, else in the
 * project cache, else installed into that cache from the Debian package or the release download.
 * Without network it answers in about 15 ms once something is cached.
 *
 * @throws ROLLCALL_BROKER_MISSING with every way tried and why it failed;
 *   ROLLCALL_BROKER_TOO_OLD when NATS_SERVER_BIN is an old server.
 */
export async function findBinary(options: FindBinaryOptions = {}): Promise<ServerBinary> {
  const env = options.env ?? process.env;
  const context = {
    env,
    cacheDir: options.cacheDir ?? defaultCacheDir(),
    progress: options.progress ?? silent,
  };
  const named = env['NATS_SERVER_BIN'];
  if (named !== undefined && named !== '') return namedBinary(named, env);
  const attempts: Attempt[] = [failed('NATS_SERVER_BIN', 'not set')];
  for (const way of [fromPath, fromCache, fromDebianPackage, fromRelease]) {
    const attempt = await way(context);
    if ('binary' in attempt) return attempt.binary;
    attempts.push(attempt);
  }
  throw missing(attempts);
}

/** What a person named is used or refused, never silently replaced by something else. */
async function namedBinary(path: string, env: NodeJS.ProcessEnv): Promise<ServerBinary> {
  const check = await checkBinary(path, env);
  if (check.ok) return check.binary;
  throw new RollcallError(
    check.tooOld ? 'ROLLCALL_BROKER_TOO_OLD' : 'ROLLCALL_BROKER_MISSING',
    `NATS_SERVER_BIN: ${check.reason}`,
  );
}

interface FindContext {
  readonly env: NodeJS.ProcessEnv;
  readonly cacheDir: string;
  readonly progress: Progress;
}

async function fromPath({ env }: FindContext): Promise<Attempt> {
  const reasons: string[] = [];
  for (const path of await binariesOnPath(env)) {
    const check = await checkBinary(path, env);
    if (check.ok) return gave('PATH', check.binary);
    reasons.push(check.reason);
  }
  return failed('PATH', reasons.join('; ') || 'no nats-server on it');
}

async function fromCache({ env, cacheDir }: FindContext): Promise<Attempt> {
  const path = cachedBinaryPath(cacheDir);
  if (!(await isExecutable(path))) return failed('project cache', `nothing at "${path}"`);
  const check = await checkBinary(path, env);
  return check.ok ? gave('project cache', check.binary) : failed('project cache', check.reason);
}

function missing(attempts: readonly Attempt[]): RollcallError {
  const tried = [failed('NATS_URL', 'not set'), ...attempts].map((attempt) =>
    'reason' in attempt ? `  - ${attempt.way}: ${attempt.reason}` : '',
  );
  return new RollcallError('ROLLCALL_BROKER_MISSING', `no usable nats-server. Tried:\n${tried.join('\n')}`, {
    action: [
      'Do one of these:',
      `  1. install nats-server ${MINIMUM_SERVER_VERSION} or newer so that it is on PATH`,
      '  2. set NATS_SERVER_BIN to the path of such a binary',
      '  3. set NATS_URL to a running server with JetStream (with NATS_USER and NATS_PASSWORD, or NATS_CREDS)',
    ].join('\n'),
    details: { tried: attempts.map((attempt) => attempt.way) },
  });
}
