import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { DebianMirror } from './debian-sources.js';
import { runCommand } from './run-command.js';

/** How this machine reaches its archives: proxies, certificates, dates. Its hooks are left behind. */
export function transportSettings(env: NodeJS.ProcessEnv): Promise<string> {
  return runCommand('apt-config', ['dump', 'Acquire'], { env, timeoutMs: 10_000 });
}

export interface AptSource {
  readonly mirror: DebianMirror;
  readonly suite: string;
  readonly transport: string;
}

/** apt, working in a directory of its own: it needs no root and leaves the system as it was. */
export interface PrivateApt {
  readonly directory: string;
  /** Runs one of apt's or dpkg's commands. */
  run(command: string, ...args: string[]): Promise<string>;
  /** Downloads packages, signatures verified as always, and unpacks them below a directory. */
  unpack(packages: readonly string[], into: string): Promise<void>;
}

/** Does some work with package lists that are fresh. What it left in its directory is removed afterwards. */
export async function withPrivateApt<Result>(
  { mirror, suite, transport }: AptSource,
  env: NodeJS.ProcessEnv,
  work: (apt: PrivateApt) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-apt-'));
  try {
    const aptEnv = { ...env, APT_CONFIG: await writeAptConfig(directory, mirror, suite, transport) };
    const run = (command: string, ...args: string[]): Promise<string> =>
      runCommand(command, args, { env: aptEnv, cwd: directory, timeoutMs: 180_000 });
    await run('apt-get', '-q', '-o', 'APT::Update::Error-Mode=any', 'update');
    const unpack = async (packages: readonly string[], into: string): Promise<void> => {
      await run('apt-get', '-q', 'download', ...packages);
      const archives = (await readdir(directory)).filter((name) => name.endsWith('.deb'));
      if (archives.length === 0) throw new Error('apt-get download left no package');
      for (const archive of archives) await run('dpkg-deb', '-x', archive, into);
    };
    return await work({ directory, run, unpack });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Writes an apt configuration under which everything apt reads or writes lies below `directory`.
 * The system's own configuration is not read besides `transport`: hooks of container images, for one, clean up in
 * the system's directories after every update.
 *
 * @returns the file for APT_CONFIG.
 */
async function writeAptConfig(
  directory: string,
  mirror: DebianMirror,
  suite: string,
  transport: string,
): Promise<string> {
  await access(mirror.signedBy).catch(() => {
    throw new Error(`no Debian keyring at "${mirror.signedBy}"`);
  });
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
  await writeFile(join(directory, 'sources', 'debian.sources'), `${stanza.join('\n')}\n`);
  await writeFile(join(directory, 'status'), '');
  const own = Object.entries(ownSettings(directory)).map(([name, value]) => `${name} "${value}";`);
  const file = join(directory, 'apt.conf');
  await writeFile(file, `${transport}\n${own.join('\n')}\n`);
  return file;
}

function ownSettings(directory: string): Record<string, string> {
  return {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': join(directory, 'empty'),
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(directory, 'sources'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': join(directory, 'empty'),
    'Dir::State': join(directory, 'state'),
    'Dir::State::lists': join(directory, 'lists'),
    'Dir::State::status': join(directory, 'status'),
    'Dir::Cache': join(directory, 'cache'),
    'Dir::Log': join(directory, 'log'),
    'APT::Sandbox::User': userInfo().username,
    'Acquire::Languages': 'none',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': '15',
    'Acquire::https::Timeout': '15',
  };
}
