import { access, mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { DebianMirror } from './debian-sources.js';
import { runCommand } from './run-command.js';

/** How this machine reaches its archives: proxies, certificates, dates. Its hooks are left behind. */
export function transportSettings(env: NodeJS.ProcessEnv): Promise<string> {
  return runCommand('apt-config', ['dump', 'Acquire'], { env, timeoutMs: 10_000 });
}

/**
 * Writes an apt configuration under which everything apt reads or writes lies below `directory`.
 * The system's own configuration is not read besides `transport`: hooks of container images, for one, clean up in
 * the system's directories after every update.
 *
 * @returns the file for APT_CONFIG.
 */
export async function writeAptConfig(
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
