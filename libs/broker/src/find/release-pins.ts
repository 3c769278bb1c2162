/**
 * The release that is downloaded when nothing else gives a nats-server, and the SHA-256 of its archives as
 * nats-io publishes them in the Dockerfiles of its official images (nats-io/nats-docker, tag v2.14.5).
 * Platforms without a line (macOS among them) have no published sum that was checked: there,
 * ROLLCALL_NATS_RELEASE_URL together with ROLLCALL_NATS_SHA256 names an archive.
 */
export const RELEASE_VERSION = '2.14.5';

export const releaseSha256: Readonly<Record<string, string>> = {
  'linux-amd64.tar.gz': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
  'linux-arm64.tar.gz': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
  'linux-arm7.tar.gz': 'c8796b63a8603fdebabd63146ac3d3997c29a2829fdd2af6db320f4a287f2e71',
  'linux-386.tar.gz': '7eb520d5080d2c4b2e9ad0866aa301f7c7af35058bfae61c1ba0cef472d21d47',
  'linux-s390x.tar.gz': '829193e8c592e0df5f15402c27417df18d26503d22b77dfc9491982fe0b51a67',
  'linux-ppc64le.tar.gz': '5d8f1a264a3bc4b30899814ae8e898b1268e817074635adddd24b32f388e4cc4',
  'linux-loong64.tar.gz': 'e0c584e45453c5a5ed387f14a96eaa8cb84cb110f0ff9031699087b23e3b2c2d',
  'windows-amd64.zip': 'f66f840a211ab665083b88e9b7edbcf6296cda143be47e53e6f6bb8520692bbb',
};

const operatingSystems: Readonly<Record<string, string>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
};
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm7',
  ia32: '386',
};

/** The part of an archive's name that tells the platform, `linux-amd64.tar.gz`. */
export function releasePlatform(platform: string = process.platform, arch: string = process.arch): string {
  const system = operatingSystems[platform] ?? platform;
  return `${system}-${architectures[arch] ?? arch}.${system === 'windows' ? 'zip' : 'tar.gz'}`;
}

export function releaseUrl(platform: string): string {
  const base = `https://github.com/nats-io/nats-server/releases/download/v${RELEASE_VERSION}`;
  return `${base}/nats-server-v${RELEASE_VERSION}-${platform}`;
}
