import { errorText } from '#contracts';
import { isNewEnough, MINIMUM_SERVER_VERSION, parseServerVersion } from '../version.js';
import { runCommand } from './run-command.js';

/** A nats-server on this machine that is new enough and runs. */
export interface ServerBinary {
  readonly path: string;
  readonly version: string;
}

export type BinaryCheck =
  | { readonly ok: true; readonly binary: ServerBinary }
  | { readonly ok: false; readonly tooOld: boolean; readonly reason: string };

/** Asks a binary for its version: the only proof that it runs here and is what its name says. */
export async function checkBinary(path: string, env: NodeJS.ProcessEnv): Promise<BinaryCheck> {
  let printed: string;
  try {
    printed = await runCommand(path, ['--version'], { env, timeoutMs: 5_000 });
  } catch (error) {
    return { ok: false, tooOld: false, reason: `"${path}" does not run (${errorText(error)})` };
  }
  const version = printed.includes('nats-server') ? parseServerVersion(printed) : null;
  if (version === null) return { ok: false, tooOld: false, reason: `"${path}" is not a nats-server` };
  if (!isNewEnough(version)) {
    return {
      ok: false,
      tooOld: true,
      reason: `"${path}" is version ${version}, older than ${MINIMUM_SERVER_VERSION}`,
    };
  }
  return { ok: true, binary: { path, version } };
}
