import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultCacheDir, unpackDebianPackages } from '#broker';

/** Debian packages of each peer; only what its server needs to run. */
const packages = {
  etcd: ['etcd-server'],
  zookeeper: [
    'libzookeeper-java',
    'libslf4j-java',
    'libnetty-java',
    'libsnappy-java',
    'libdropwizard-metrics-java',
    'libcommons-cli-java',
    'libcommons-io-java',
  ],
} as const;

/**
 * The folder a peer's packages are unpacked in, below the project's cache; nothing is installed.
 * @throws why it cannot be had
 */
export async function installPeer(name: keyof typeof packages): Promise<string> {
  const folder = join(defaultCacheDir(), '..', 'peers', name);
  if (existsSync(folder)) return folder;
  console.log(`  fetching ${name} from its Debian packages`);
  const staged = `${folder}.${process.pid}.new`;
  await mkdir(staged, { recursive: true });
  try {
    await unpackDebianPackages(packages[name], staged, process.env);
    await rename(staged, folder);
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
  return folder;
}
