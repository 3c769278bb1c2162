import { errorText } from '#contracts';
import { fixtureBytes } from './journal.js';
import { cpuMsOf, type Figure, figureOf, printFigures, ratioOf } from './measure.js';
import { options } from './options.js';
import { abreast, numbers, rotated } from './peers/abreast.js';
import { startEtcdLeases } from './peers/etcd-leases.js';
import type { LeaseSystem } from './peers/lease-system.js';
import { startNatsLeases } from './peers/nats-leases.js';
import { startRollcallLeases } from './peers/rollcall-leases.js';
import { medianOf } from './report/words.js';

const IN_FLIGHT = 64;
const ROUNDS = 3;
const INTERVAL_MS = 10_000;
const TICK_MS = 20;
const PENDING_MAX = 2_000;
/** Less than this share of what is due is no keeping up. */
const KEPT_LEAST = 0.9;
const SIZES = options.isQuick ? [2_000] : [10_000, 100_000];
const SECONDS = options.isQuick ? 0.5 : 6;
const RENEWALS = options.isQuick ? 2_000 : 20_000;

interface Measured {
  readonly system: LeaseSystem;
  readonly rates: number[];
  readonly renewalUs: number[];
  readonly shares: number[];
  /** Share of the renewals that were due in the interval and made. */
  readonly kept: number[];
}

async function openAll(leases: number): Promise<{ systems: Measured[]; missing: string[] }> {
  const starts: [name: string, start: (leases: number) => Promise<LeaseSystem>][] = [
    ['Rollcall', startRollcallLeases],
  ];
  if (options.peers.includes('nats'))
    starts.push(
      ['NATS KV, persisted soon after', (count) => startNatsLeases('async', count)],
      ['NATS KV, synced', (count) => startNatsLeases('synced', count)],
    );
  if (options.peers.includes('etcd')) starts.push(['etcd', startEtcdLeases]);
  const systems: Measured[] = [];
  const missing: string[] = [];
  if (options.peers.includes('zookeeper'))
    missing.push(
      'ZooKeeper: its nodes live as long as the session of a connection, and one ping renews all of them; it has no renewal of one lease to count',
    );
  for (const [name, start] of starts) {
    try {
      systems.push({ system: await start(leases), rates: [], renewalUs: [], shares: [], kept: [] });
    } catch (error) {
      missing.push(`${name}: ${errorText(error)}`);
    }
  }
  return { systems, missing };
}

/** Each system in turn, another one first in each round: what slows the machine down for a while slows down all. */
async function measureAll(systems: readonly Measured[], leases: number): Promise<void> {
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const measured of rotated(systems, round)) {
        console.log(`  ${leases} leases, round ${round + 1} of ${ROUNDS}: ${measured.system.name}`);
        await measureRound(measured, leases);
      }
    }
  } finally {
    // Servers outlive a benchmark that fails, unless they are stopped.
    await Promise.all(systems.map(({ system }) => system.stop()));
  }
}

const cpuOf = ({ servers }: LeaseSystem): number => servers.reduce((sum, pid) => sum + cpuMsOf(pid), 0);

async function measureRound(
  { system, rates, renewalUs, shares, kept }: Measured,
  leases: number,
): Promise<void> {
  const order = numbers(RENEWALS).map((index) => index % leases);
  await abreast(order.slice(0, RENEWALS / 10), IN_FLIGHT, system.renew);
  const cpuMs = cpuOf(system);
  const startedAtMs = performance.now();
  await abreast(order, IN_FLIGHT, system.renew);
  rates.push((RENEWALS * 1_000) / (performance.now() - startedAtMs));
  renewalUs.push(((cpuOf(system) - cpuMs) * 1_000) / RENEWALS);
  const steady = await shareOf(system, leases);
  shares.push(steady.share);
  kept.push(steady.kept);
}

/**
 * CPU of the servers, in % of a core, while every lease is renewed once in the interval; a system that cannot keep up
 * is asked no faster than it answers.
 */
async function shareOf(system: LeaseSystem, leases: number): Promise<{ share: number; kept: number }> {
  const cpuMs = cpuOf(system);
  const startedAtMs = performance.now();
  const pending = new Set<Promise<void>>();
  let failure: unknown;
  let next = 0;
  for (let elapsedMs = 0; elapsedMs < SECONDS * 1_000; elapsedMs = performance.now() - startedAtMs) {
    for (
      const due = (elapsedMs / INTERVAL_MS) * leases;
      next < due && pending.size < PENDING_MAX;
      next += 1
    ) {
      const renewal: Promise<void> = system
        .renew(next % leases)
        .catch((error: unknown) => void (failure ??= error))
        .finally(() => pending.delete(renewal));
      pending.add(renewal);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(pending);
  if (failure !== undefined) throw failure;
  const tookMs = performance.now() - startedAtMs;
  return { share: ((cpuOf(system) - cpuMs) * 100) / tookMs, kept: (next * INTERVAL_MS) / (tookMs * leases) };
}

function noteOf(kept: readonly number[]): Pick<Figure, 'note'> {
  const share = medianOf(kept);
  return share >= KEPT_LEAST
    ? {}
    : { note: `does not keep up: ${(share * 100).toFixed(0)} % of them were made` };
}

function figuresOf(systems: readonly Measured[], leases: number): Figure[] {
  const sized = `${leases.toLocaleString('en')} leases`;
  const kinds = [
    ['rates', `${sized}: renewals, ${IN_FLIGHT} in flight`, '/s'],
    ['renewalUs', `${sized}: CPU of the servers`, 'us a renewal'],
    ['shares', `${sized}, each renewed every 10 s: CPU of the servers`, '% of a core'],
  ] as const;
  const rows = kinds.flatMap(([kind, name, unit]) =>
    systems.map(({ system, ...measured }) =>
      figureOf(name, unit, measured[kind], {
        ...(system.name !== 'Rollcall' && { system: system.name }),
        ...(kind === 'shares' && noteOf(measured.kept)),
      }),
    ),
  );
  const [ours, ...others] = systems;
  if (ours?.system.name !== 'Rollcall') return rows;
  const compared = others.filter(({ system }) => system.isAside !== true);
  const ratios = compared.flatMap((theirs) => [
    ratioOf(`${sized}: renewals: Rollcall by ${theirs.system.name}`, ours.rates, theirs.rates),
    ratioOf(`${sized}: CPU a renewal: Rollcall by ${theirs.system.name}`, ours.renewalUs, theirs.renewalUs),
  ]);
  return [...rows, ...ratios];
}

const figures: Figure[] = [];
const facts = { how: new Set<string>(), durability: new Set<string>(), missing: new Set<string>() };
for (const leases of SIZES) {
  const { systems, missing } = await openAll(leases);
  await measureAll(systems, leases);
  figures.push(...figuresOf(systems, leases));
  for (const text of missing) facts.missing.add(text);
  for (const { name, how, durability } of systems.map(({ system }) => system)) {
    facts.how.add(`${name}: ${how}`);
    facts.durability.add(`${name}: ${durability}`);
  }
}
printFigures('Renewals of leases, beside the peers', figures, {
  fixture: `the same JSON record of about ${fixtureBytes().record} B for each lease; per round ${RENEWALS} renewals with ${IN_FLIGHT} in flight, then ${SECONDS} s in which each lease is renewed every ${INTERVAL_MS / 1_000} s, all from this process; leases of 15 minutes, so that none ends while another system has its turn. ${[...facts.how].join('. ')}`,
  durability: [...facts.durability].join('; '),
  missing: [...facts.missing],
});
