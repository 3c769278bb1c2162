import { type Figure, ratioOf } from '../measure.js';
import { inWords, medianOf } from '../report/words.js';
import type { Peer } from './peer.js';
import type { Seen } from './workloads.js';

/** What each round measured. */
export interface Rounds {
  readonly p50: number[];
  readonly p99: number[];
  readonly p999: number[];
  readonly single: number[];
  /** The same by writers that merge nothing. */
  readonly apart: number[];
  readonly bulk: number[];
  /** The same until a watcher has seen all of it. */
  readonly bulkSeen: number[];
  readonly lookups: number[];
  /** Answered without asking for something newer. */
  readonly local: number[];
  readonly http: number[];
  readonly dns: number[];
}

export const noRounds = (): Rounds => ({
  p50: [],
  p99: [],
  p999: [],
  single: [],
  apart: [],
  bulk: [],
  bulkSeen: [],
  lookups: [],
  local: [],
  http: [],
  dns: [],
});

export interface Measured {
  readonly peer: Peer;
  readonly seen: Seen;
  readonly rounds: Rounds;
  /** How busy its processes and this one were in each round of single registrations, in words. */
  readonly busy: string[];
}

interface Ratio {
  readonly what: string;
  readonly ours: keyof Rounds;
  /** The beginning of the other's name. */
  readonly peer: string;
  /** When it is not the same of theirs. */
  readonly theirs?: keyof Rounds;
  readonly goal?: Figure['goal'];
  /** Why a goal may be missed. */
  readonly note?: string;
  /** What stands between us and more, in the words of this run. */
  readonly limit?: (systems: readonly Measured[]) => string | undefined;
}

const TWO_HOPS = 'two writes of the broker, journal and view, where the other needs one';
const ONE_THREAD = 'one thread of the client encodes, and follows the view as well';
const SEEN_SO_FAR = 'theirs until it is acknowledged, and so readable';

const find = (systems: readonly Measured[], name: string): Measured | undefined =>
  systems.find(({ peer }) => peer.name.startsWith(name));

/** What raw JetStream does, where it was measured and is ahead of us: behind us it is no limit. */
const rawOf =
  (ours: keyof Rounds, theirs: keyof Rounds, unit: 'ms' | '/s') =>
  (systems: readonly Measured[]): string | undefined => {
    const raw = medianOf(find(systems, 'raw JetStream')?.rounds[theirs] ?? []);
    const own = medianOf(find(systems, 'Rollcall')?.rounds[ours] ?? []);
    const isAhead = unit === 'ms' ? raw <= own : raw >= own;
    const how = theirs === 'bulk' ? ' in atomic batches' : '';
    return isAhead
      ? `raw JetStream, our broker without us, does ${inWords(raw)} ${unit}${how} in the same rounds, where Rollcall does ${inWords(own)} ${unit}`
      : undefined;
  };

const lookupLimit = (systems: readonly Measured[]): string => {
  const rate = medianOf(find(systems, 'Rollcall')?.rounds.lookups ?? []);
  return `a lookup takes ${inWords(1e9 / rate)} ns of one thread, which looks at each of the 20 instances`;
};

/** The goals of issue "Measured", as ratios within each round. */
const RATIOS: readonly Ratio[] = [
  {
    what: 'seen, p50',
    ours: 'p50',
    peer: 'etcd',
    goal: { atMost: 1 },
    note: TWO_HOPS,
    limit: rawOf('p50', 'p50', 'ms'),
  },
  {
    what: 'seen, p50',
    ours: 'p50',
    peer: 'NATS KV',
    goal: { atMost: 2 },
    note: TWO_HOPS,
    limit: rawOf('p50', 'p50', 'ms'),
  },
  {
    what: 'seen, p99',
    ours: 'p99',
    peer: 'etcd',
    goal: { atMost: 1 },
    note: TWO_HOPS,
    limit: rawOf('p99', 'p99', 'ms'),
  },
  { what: 'seen, p99.9', ours: 'p999', peer: 'etcd' },
  { what: 'seen, p50', ours: 'p50', peer: 'raw JetStream' },
  { what: 'registrations, merged in one process', ours: 'single', peer: 'raw JetStream' },
  { what: 'registrations, nothing merged', ours: 'apart', peer: 'raw JetStream', theirs: 'single' },
  { what: 'registrations in bulk', ours: 'bulk', peer: 'raw JetStream' },
  {
    what: 'registrations, merged in one process',
    ours: 'single',
    peer: 'etcd',
    goal: { atLeast: 0.8 },
    note: 'of the 64 in flight ours become atomic batches, and theirs are 64 requests',
    limit: rawOf('single', 'bulk', '/s'),
  },
  {
    what: 'registrations, nothing merged',
    ours: 'apart',
    peer: 'etcd',
    theirs: 'single',
    goal: { atLeast: 0.8 },
    note: '64 requests here and there',
    limit: rawOf('apart', 'single', '/s'),
  },
  {
    what: 'registrations in bulk',
    ours: 'bulk',
    peer: 'etcd',
    goal: { atLeast: 4 },
    note: ONE_THREAD,
    limit: rawOf('bulk', 'bulk', '/s'),
  },
  {
    what: 'registrations in bulk',
    ours: 'bulk',
    peer: 'ZooKeeper',
    goal: { atLeast: 2 },
    note: ONE_THREAD,
    limit: rawOf('bulk', 'bulk', '/s'),
  },
  { what: 'bulk until all is seen', ours: 'bulkSeen', peer: 'etcd', theirs: 'bulk', note: SEEN_SO_FAR },
  { what: 'bulk until all is seen', ours: 'bulkSeen', peer: 'ZooKeeper', theirs: 'bulk', note: SEEN_SO_FAR },
  { what: 'bulk, by its registrations one by one', ours: 'bulk', peer: 'etcd', theirs: 'single' },
  { what: 'bulk, by its registrations one by one', ours: 'bulk', peer: 'ZooKeeper', theirs: 'single' },
  {
    what: 'lookups in process',
    ours: 'lookups',
    peer: 'etcd',
    goal: { atLeast: 300 },
    note: 'a view in memory, by linearizable reads over the network',
    limit: lookupLimit,
  },
  {
    what: 'lookups in process, by its serializable ones',
    ours: 'lookups',
    peer: 'etcd',
    theirs: 'local',
    goal: { atLeast: 300 },
    note: 'both are answered from what is there, which may be older than the newest',
    limit: lookupLimit,
  },
  { what: 'lookups over HTTP', ours: 'http', peer: 'etcd', theirs: 'lookups' },
];

export function ratiosToPeers(systems: readonly Measured[]): Figure[] {
  const ours = find(systems, 'Rollcall');
  return RATIOS.flatMap((ratio) => {
    const other = find(systems, ratio.peer);
    if (ours === undefined || other === undefined) return [];
    const { goal, note } = ratio;
    const limit = ratio.limit?.(systems);
    return [
      ratioOf(
        `${ratio.what}: Rollcall by ${other.peer.name}`,
        ours.rounds[ratio.ours],
        other.rounds[ratio.theirs ?? ratio.ours],
        {
          ...(goal !== undefined && { goal }),
          ...(note !== undefined && { note }),
          ...(limit !== undefined && { limit }),
        },
      ),
    ];
  });
}
