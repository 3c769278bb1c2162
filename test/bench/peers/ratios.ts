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
  readonly bulk: number[];
  readonly lookups: number[];
  readonly http: number[];
  readonly dns: number[];
}

export interface Measured {
  readonly peer: Peer;
  readonly seen: Seen;
  readonly rounds: Rounds;
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
  readonly limit?: (systems: readonly Measured[]) => string;
}

const TWO_HOPS = 'two writes of the broker, journal and view, where the other needs one';
const ONE_CORE = 'one thread encodes and follows; raw JetStream in batches is the limit of any journal on it';

const find = (systems: readonly Measured[], name: string): Measured | undefined =>
  systems.find(({ peer }) => peer.name.startsWith(name));

const valueOf = (measured: Measured | undefined, kind: keyof Rounds): string =>
  measured === undefined ? 'nothing that was measured' : inWords(medianOf(measured.rounds[kind]));

const rawOf =
  (kind: keyof Rounds, unit: string) =>
  (systems: readonly Measured[]): string =>
    `raw JetStream, our broker without us, does ${valueOf(find(systems, 'raw JetStream'), kind)} ${unit} in the same rounds, where Rollcall does ${valueOf(find(systems, 'Rollcall'), kind)} ${unit}`;

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
    limit: rawOf('p50', 'ms'),
  },
  { what: 'seen, p50', ours: 'p50', peer: 'NATS KV', goal: { atMost: 2 }, note: TWO_HOPS },
  {
    what: 'seen, p99',
    ours: 'p99',
    peer: 'etcd',
    goal: { atMost: 1 },
    note: TWO_HOPS,
    limit: rawOf('p99', 'ms'),
  },
  { what: 'seen, p99.9', ours: 'p999', peer: 'etcd' },
  { what: 'seen, p50', ours: 'p50', peer: 'raw JetStream' },
  { what: 'registrations one by one', ours: 'single', peer: 'raw JetStream' },
  { what: 'registrations in bulk', ours: 'bulk', peer: 'raw JetStream' },
  {
    what: 'registrations one by one',
    ours: 'single',
    peer: 'etcd',
    goal: { atLeast: 0.8 },
    limit: rawOf('single', '/s'),
  },
  {
    what: 'registrations in bulk',
    ours: 'bulk',
    peer: 'etcd',
    goal: { atLeast: 4 },
    note: ONE_CORE,
    limit: rawOf('bulk', '/s'),
  },
  { what: 'registrations in bulk', ours: 'bulk', peer: 'ZooKeeper', goal: { atLeast: 2 }, note: ONE_CORE },
  { what: 'bulk, by its registrations one by one', ours: 'bulk', peer: 'etcd', theirs: 'single' },
  { what: 'bulk, by its registrations one by one', ours: 'bulk', peer: 'ZooKeeper', theirs: 'single' },
  {
    what: 'lookups in process',
    ours: 'lookups',
    peer: 'etcd',
    goal: { atLeast: 300 },
    limit: lookupLimit,
  },
  { what: 'lookups over HTTP', ours: 'http', peer: 'etcd', theirs: 'lookups' },
  { what: 'lookups over DNS', ours: 'dns', peer: 'etcd', theirs: 'lookups' },
];

export function ratiosToPeers(systems: readonly Measured[]): Figure[] {
  const ours = find(systems, 'Rollcall');
  return RATIOS.flatMap((ratio) => {
    const other = find(systems, ratio.peer);
    if (ours === undefined || other === undefined) return [];
    const { goal, note, limit } = ratio;
    return [
      ratioOf(
        `${ratio.what}: Rollcall by ${other.peer.name}`,
        ours.rounds[ratio.ours],
        other.rounds[ratio.theirs ?? ratio.ours],
        {
          ...(goal !== undefined && { goal }),
          ...(note !== undefined && { note }),
          ...(limit !== undefined && { limit: limit(systems) }),
        },
      ),
    ];
  });
}
