import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { errorText } from '#contracts';
import type { Progress } from '../progress.js';
import { isNewEnough } from '../version.js';
import { type Attempt, failed, gave } from './attempt.js';
import type { ServerBinary } from './binary-version.js';
import { putIntoCache } from './cache.js';
import { type DebianMirror, debianMirrors } from './debian-sources.js';
import { runCommand } from './run-command.js';
import { BINARY_NAME } from './search-path.js';

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
  const reasons: string[] = [];
  for (const mirror of mirrors.slice(0, 2)) {
    for (const suite of SUITES) {
      try {
        options.progress(`installing nats-server from the Debian package (${suite}), about 17 MB`);
        return gave(WAY, await takeFrom(mirror, suite, options));
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

async function takeFrom(mirror: DebianMirror, suite: string, options: DebianOptions): Promise<ServerBinary> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-apt-'));
  try {
    const env = { ...options.env, APT_CONFIG: await writeAptConfig(directory, mirror, suite, options.env) };
    const apt = (command: string, ...args: string[]) =>
      runCommand(command, args, { env, cwd: directory, timeoutMs: 180_000 });
    await apt('apt-get', '-q', '-o', 'APT::Update::Error-Mode=any', 'update');
    const version = newestUsable(await apt('apt-cache', 'madison', 'nats-server'));
    await apt('apt-get', '-q', 'download', `nats-server=${version}`);
    const archive = (await readdir(directory)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get download left no package');
    await apt('dpkg-deb', '-x', archive, 'unpacked');
    return await putIntoCache(await binaryIn(join(directory, 'unpacked')), options.cacheDir, options.env);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The first version of `name | version | source` lines that is new enough; apt prints the newest first. */
function newestUsable(madison: string): string {
  const versions = madison.split('\n').map((line) => line.split('|')[1]?.trim() ?? '');
  const usable = versions.find((version) => isNewEnough(version));
  if (usable === undefined)
    throw new Error(`it has only ${versions.filter(Boolean).join(', ') || 'no nats-server'}`);
  return usable;
}

/**
 * Everything apt reads or writes lies below `directory`. The machine's transport settings (proxies, dates) are
 * kept; its hooks are not: those of container images clean up in the system's own directories.
 */
async function writeAptConfig(
  directory: string,
  mirror: DebianMirror,
  suite: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  await access(mirror.signedBy).catch(() => {
    throw new Error(`no Debian keyring at "${mirror.signedBy}"`);
  });
  const transport = await runCommand('apt-config', ['dump', 'Acquire'], { env, timeoutMs: 10_000 });
  const parts = join(directory, 'sources');
  for (const name of ['sources', 'lists/partial', 'cache/archives/partial', 'state', 'log', 'empty']) {
    await mkdir(join(directory, name), { recursive: true });
  }
  const stanza = [
    'Types: deb',
    `URIs: ${mirror.uri}`,
    `Suites: ${suite}`,
    'Components: main',
    `Signed-By: ${mirror.signedBy}`,
  ];
  await writeFile(join(parts, 'debian.sources'), `${stanza.join('\n')}\n`);
  await writeFile(join(directory, 'status'), '');
  const settings: readonly (readonly [string, string])[] = [
    ['Dir::Etc::main', '/dev/null'],
    ['Dir::Etc::parts', join(directory, 'empty')],
    ['Dir::Etc::sourcelist', '/dev/null'],
    ['Dir::Etc::sourceparts', parts],
    ['Dir::Etc::preferences', '/dev/null'],
    ['Dir::Etc::preferencesparts', join(directory, 'empty')],
    ['Dir::State', join(directory, 'state')],
    ['Dir::State::lists', join(directory, 'lists')],
    ['Dir::State::status', join(directory, 'status')],
    ['Dir::Cache', join(directory, 'cache')],
    ['Dir::Log', join(directory, 'log')],
    ['APT::Sandbox::User', userInfo().username],
    ['Acquire::Languages', 'none'],
    ['Acquire::Retries', '1'],
    ['Acquire::http::Timeout', '15'],
    ['Acquire::https::Timeout', '15'],
  ];
  const own = settings.map(([name, value]) => `${name} "${value}";`).join('\n');
  const file = join(directory, 'apt.conf');
  await writeFile(file, `${transport}\n${own}\n`);
  return file;
}

async function binaryIn(directory: string): Promise<string> {
  for (const folder of ['usr/sbin', 'usr/bin']) {
    const path = join(directory, folder, BINARY_NAME);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error('the package has no nats-server in it');
}
