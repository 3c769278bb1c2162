import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '#contracts';
import type { Progress } from '../progress.js';
import { isNewEnough } from '../version.js';
import { type Attempt, failed, gave } from './attempt.js';
import type { ServerBinary } from './binary-version.js';
import { putIntoCache } from './cache.js';
import { debianMirrors } from './debian-sources.js';
import { type AptSource, transportSettings, withPrivateApt } from './private-apt.js';
import { BINARY_NAME, isExecutable } from './search-path.js';

/** Debian releases that carry a new enough nats-server; the binary also runs on older ones. */
const SUITES = ['forky', 'sid'];
const WAY = 'Debian package';

export interface DebianOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cacheDir: string;
  readonly progress: Progress;
}

/**
 * Takes the nats-server out of the Debian package without installing it: apt works in a directory of its
 * own, needs no root, verifies the archive's signature as always, and the system stays as it was.
 */
export async function fromDebianPackage(options: DebianOptions): Promise<Attempt> {
  const codename = await debianCodename();
  if (codename === null) return failed(WAY, 'this is not a Debian system');
  const mirrors = await debianMirrors(codename);
  if (mirrors.length === 0) return failed(WAY, 'the apt sources of this machine name no Debian archive');
  let transport: string;
  try {
    transport = await transportSettings(options.env);
  } catch (error) {
    return failed(WAY, errorText(error));
  }
  const reasons: string[] = [];
  for (const mirror of mirrors.slice(0, 2)) {
    for (const suite of SUITES) {
      try {
        options.progress(`installing nats-server from the Debian package (${suite}), about 17 MB`);
        return gave(WAY, await takeFrom({ mirror, suite, transport }, options));
      } catch (error) {
        reasons.push(`${suite}: ${errorText(error)}`);
      }
    }
  }
  return failed(WAY, reasons.join('; '));
}

async function debianCodename(): Promise<string | null> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID="?debian"?$/m.test(release)) return null;
  return /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1] ?? 'sid';
}

function takeFrom(source: AptSource, options: DebianOptions): Promise<ServerBinary> {
  return withPrivateApt(source, options.env, async (apt) => {
    const version = newestUsable(await apt.run('apt-cache', 'madison', 'nats-server'));
    const unpacked = join(apt.directory, 'unpacked');
    await apt.unpack([`nats-server=${version}`], unpacked);
    return putIntoCache(await binaryIn(unpacked), options.cacheDir, options.env);
  });
}

/**
 * Unpacks packages of this machine's own Debian release below a directory, without installing anything.
 * @throws what apt complained of, or that this is no Debian system
 */
export async function unpackDebianPackages(
  packages: readonly string[],
  into: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const suite = await debianCodename();
  const [mirror] = suite === null ? [] : await debianMirrors(suite);
  if (suite === null || mirror === undefined) throw new Error('this machine names no Debian archive');
  const transport = await transportSettings(env);
  await withPrivateApt({ mirror, suite, transport }, env, (apt) => apt.unpack(packages, into));
}

/** The first version of `name | version | source` lines that is new enough; apt prints the newest first. */
function newestUsable(madison: string): string {
  const versions = madison.split('\n').map((line) => line.split('|')[1]?.trim() ?? '');
  const usable = versions.find((version) => isNewEnough(version));
  if (usable === undefined)
    throw new Error(`it has only ${versions.filter(Boolean).join(', ') || 'no nats-server'}`);
  return usable;
}

async function binaryIn(directory: string): Promise<string> {
  for (const folder of ['usr/sbin', 'usr/bin']) {
    const path = join(directory, folder, BINARY_NAME);
    if (await isExecutable(path)) return path;
  }
  throw new Error('the package has no nats-server in it');
}
