import { errorText } from '#contracts';
import { busySince } from './busy.js';
import { fixtureBytes } from './journal.js';
import { type Figure, figureOf, percentiles, type Plot, printFigures } from './measure.js';
import { options } from './options.js';
import { rotated } from './peers/abreast.js';
import { startEtcd } from './peers/etcd.js';
import { startNats } from './peers/nats.js';
import type { Peer } from './peers/peer.js';
import { type Measured, noRounds, ratiosToPeers, type Rounds } from './peers/ratios.js';
import { startRollcall } from './peers/rollcall.js';
import { bulkRates, lookupRate, lookupRecords, Seen, seenTimes, singleRate } from './peers/workloads.js';
import { startZooKeeper } from './peers/zookeeper.js';
import { profiled } from './profile.js';

const ROUNDS = 3;
const SEEN = options.isQuick ? 100 : 1_500;
const SINGLE = options.isQuick ? 1_000 : 4_000;
const BULK = options.isQuick ? 3_000 : 16_000;
const LOOKUPS = options.isQuick ? 500 : 2_000;
/** A lookup in memory is so short that many are needed to time them. */
const LOOKUPS_IN_PROCESS = 200_000;

async function openAll(): Promise<{ systems: Measured[]; missing: string[] }> {
  const starts: [name: string, start: () => Promise<Peer>][] = [['rollcall', startRollcall]];
  const asked = (name: (typeof options.peers)[number]): boolean => options.peers.includes(name);
  if (asked('nats'))
    starts.push(['raw JetStream', () => startNats('stream')], ['NATS KV', () => startNats('kv')]);
  if (asked('etcd')) starts.push(['etcd', startEtcd]);
  if (asked('zookeeper')) starts.push(['ZooKeeper', startZooKeeper]);
  const missing: string[] = [];
  if (asked('consul'))
    missing.push('Consul: Debian 12 has no package of it, so the goal "HTTP >= 4 x Consul" is not judged');
  const systems: Measured[] = [];
  for (const [name, start] of starts) {
    let peer: Peer | undefined;
    try {
      peer = await start();
      const seen = new Seen();
      await peer.watch(seen.hear);
      const records = lookupRecords();
      await peer.prepare?.(records);
      for (const record of records) await peer.register(record);
      systems.push({ peer, seen, rounds: noRounds(), busy: [] });
    } catch (error) {
      missing.push(`${name}: ${errorText(error)}`);
      await peer?.stop();
    }
  }
  return { systems, missing };
}

/**
 * Each workload begins when what the one before left to do has come to its end, and so does the next system: the work
 * behind a journal is nobody else's. What it delays is in the figure "until a watcher has seen all of them".
 */
async function measureRound({ peer, seen, rounds, busy }: Measured): Promise<void> {
  const mine = <Result>(role: string, work: () => Promise<Result>): Promise<Result> =>
    peer.name === 'Rollcall' ? profiled(role, work) : work();
  await seenTimes(peer, seen, 100);
  const { p50, p99, p999 } = percentiles(await mine('client seen', () => seenTimes(peer, seen, SEEN)));
  rounds.p50.push(p50);
  rounds.p99.push(p99);
  rounds.p999.push(p999);
  await peer.settled?.();
  const busySoFar = busySince({ 'this process': process.pid, ...peer.servers });
  rounds.single.push(await mine('client one by one', () => singleRate(peer, SINGLE)));
  busy.push(busySoFar());
  await peer.settled?.();
  const { lookup, lookupLocally, registerApart, remotely } = peer;
  if (registerApart !== undefined) {
    rounds.apart.push(await singleRate(peer, SINGLE, registerApart));
    await peer.settled?.();
  }
  const { stored, seen: allSeen } = await mine('client in bulk', () => bulkRates(peer, BULK));
  rounds.bulk.push(stored);
  if (peer.allSeen !== undefined) rounds.bulkSeen.push(allSeen);
  await peer.settled?.();
  if (lookup === undefined) return;
  rounds.lookups.push(await lookupRate(lookup, remotely === undefined ? LOOKUPS : LOOKUPS_IN_PROCESS));
  if (lookupLocally !== undefined) rounds.local.push(await lookupRate(lookupLocally, LOOKUPS));
  if (remotely === undefined) return;
  rounds.http.push(await lookupRate(remotely.http, LOOKUPS));
  rounds.dns.push(await lookupRate(remotely.dns, LOOKUPS));
}

const KINDS: readonly [kind: keyof Rounds, name: string, unit: string][] = [
  ['p50', 'register -> seen by a watcher on another connection, p50', 'ms'],
  ['p99', 'register -> seen by a watcher on another connection, p99', 'ms'],
  ['p999', 'register -> seen by a watcher on another connection, p99.9', 'ms'],
  ['single', 'durable registrations, 64 in flight in one process', '/s'],
  ['apart', 'durable registrations, 64 writers with one in flight each, nothing merged', '/s'],
  ['bulk', 'durable registrations in bulk, one request after the other', '/s'],
  ['bulkSeen', 'durable registrations in bulk, until a watcher has seen all of them', '/s'],
  ['lookups', 'lookups of a service of 20 instances', '/s'],
  ['local', 'lookups of a service of 20 instances, serializable', '/s'],
  ['http', 'lookups of a service of 20 instances, over HTTP', '/s'],
  ['dns', 'lookups of a service of 20 instances, over DNS', '/s'],
];

const ASKED_HERE = 'asked by this one process, which parses each answer, as it asks the others';
const NOTES: Partial<Record<keyof Rounds, string>> = {
  bulkSeen: 'what the others acknowledge can be read at once; here it is readable when it is projected',
  http: `${ASKED_HERE}; what the registry answers to a cheaper client is in "Asking over HTTP"`,
  dns: `${ASKED_HERE}; what the server answers to a cheaper client is in "DNS"`,
};

function noteOf(kind: keyof Rounds, peer: Peer, busy: readonly string[]): string | undefined {
  const isOurs = peer.name === 'Rollcall';
  if (kind === 'single') {
    const merged = isOurs ? 'merged into atomic batches; ' : 'a request each; ';
    return `${merged}in the last round ${busy.at(-1)}`;
  }
  if (kind === 'lookups' && isOurs) return 'in the asking process, nothing is sent or parsed';
  return NOTES[kind];
}

function figuresOf(systems: readonly Measured[]): Figure[] {
  return KINDS.flatMap(([kind, name, unit]) =>
    systems
      .filter(({ rounds }) => rounds[kind].length > 0)
      .map(({ peer, rounds, busy }) => {
        const system = peer.name === 'Rollcall' ? {} : { system: peer.name };
        const note = noteOf(kind, peer, busy);
        return figureOf(name, unit, rounds[kind], { ...system, ...(note !== undefined && { note }) });
      }),
  );
}

function plotsOf(systems: readonly Measured[]): Plot[] {
  const bars = (title: string, yLabel: string, kinds: readonly (keyof Rounds)[]): Plot => ({
    title,
    yLabel,
    isLogarithmic: true,
    series: systems.map(({ peer, rounds }) => ({
      name: peer.name,
      points: kinds
        .filter((kind) => rounds[kind].length > 0)
        .map((kind) => [kind, percentiles(rounds[kind]).p50] as const),
    })),
  });
  return [
    bars('Register to seen', 'ms', ['p50', 'p99']),
    bars('Durable registrations a second', '/s', ['single', 'bulk']),
  ];
}

const { systems, missing } = await openAll();
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const measured of rotated(systems, round)) {
      console.log(`  round ${round + 1} of ${ROUNDS}: ${measured.peer.name}`);
      await measureRound(measured);
    }
  }
} finally {
  // Servers outlive a benchmark that fails, unless they are stopped.
  await Promise.all(systems.map(({ peer }) => peer.stop()));
}
printFigures('Peers: the same work on other systems', [...figuresOf(systems), ...ratiosToPeers(systems)], {
  fixture: `the same JSON record of about ${fixtureBytes().record} B everywhere; per round ${SEEN} one after the other${SEEN < 1_000 ? ' (too few for another p99.9 than the longest)' : ''}, ${SINGLE} with 64 in flight, ${BULK} in bulk, another system first in each round and each workload when what the one before left in the background is done, ${LOOKUPS} lookups (${LOOKUPS_IN_PROCESS} in process), 64 in flight. ${systems.map(({ peer }) => `${peer.name}: ${peer.how}`).join('. ')}`,
  durability: systems.map(({ peer }) => `${peer.name}: ${peer.durability}`).join('; '),
  plots: plotsOf(systems),
  missing,
});
