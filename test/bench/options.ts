export const peerNames = ['nats', 'etcd', 'consul', 'zookeeper'] as const;
export type PeerName = (typeof peerNames)[number];

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));

function valueOf(name: string): string | undefined {
  return flags.find((flag) => flag.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** What the runner was asked for, as every benchmark reads it from its own command line. */
export const options = {
  /** Smaller fixtures, so that all benchmarks together end in minutes. */
  isQuick: flags.includes('--quick'),
  /** Where CPU profiles go; undefined when nobody asked for them. */
  profileDirectory: valueOf('profiles'),
  /** What is measured goes into docs/reference. */
  isRecorded: flags.includes('--record'),
  /** Where sections of the report go; undefined when nobody collects them. */
  reportDirectory: valueOf('report'),
  peers: (valueOf('peers') ?? '')
    .split(',')
    .filter((name): name is PeerName => peerNames.includes(name as PeerName)),
  /** Words that are no options, in their order. */
  words: process.argv.slice(2).filter((word) => !word.startsWith('--')),
};
