import type { Candidate } from './candidate.js';
import { hashText } from './hashing.js';
import type { HashedMember } from './rendezvous.js';
import { type Weights, weightsOf } from './weights.js';
import { zoneShares } from './zones.js';

/**
 * What a caller's own calls say of a candidate: nothing against it, too many failed answers, or no connection at all.
 */
export type Standing = 'well' | 'failing' | 'unreachable';

/** Part of the candidates, and its share of the calls relative to the other parts. */
export interface Target {
  readonly weight: number;
  readonly candidates: readonly Candidate[];
}

export interface RosterFacts {
  readonly targets: readonly Target[];
  readonly standingOf: (candidate: Candidate) => Standing;
  /** Share of its weight a candidate gets now, above 0 and at most 1: less for newcomers. */
  readonly shareOf: (candidate: Candidate) => number;
  /** Zones to prefer, the caller's own first. Empty: zones do not matter. */
  readonly zones: readonly string[];
  /** Keys of candidates that were tried in vain just now: they come after everybody else. */
  readonly avoided?: ReadonlySet<string>;
}

/** Candidates among whom a balancer chooses. */
export interface RosterGroup {
  /** A chance below this, and not below that of the group before, belongs to this group. */
  readonly until: number;
  readonly zone: string | undefined;
  readonly members: readonly Candidate[];
  /** Weight of each as it counts now. */
  readonly shares: readonly number[];
  readonly weights: Weights;
  readonly hashed: readonly HashedMember[];
}

/** Who may be called now: groups that share the chance between them. Empty when there is no candidate at all. */
export type Roster = readonly RosterGroup[];

/** Ranks are tiers; what a caller has bad experience with comes after all tiers, the unreachable last. */
const FAILING = 4;
const UNREACHABLE = 8;
const AVOIDED = 16;

/**
 * Who may be called now. Of each target the candidates of the best rank; targets that have only worse ones than
 * another target stand back, so that a split never sends calls to the dead while somebody lives. When more than
 * half of all candidates fail, failing is no reason to stay away from any of them: then the trouble lies behind them
 * all, and fewer instances would only be overrun (as Envoy's panic threshold does).
 */
export function buildRoster(facts: RosterFacts): Roster {
  const all = facts.targets.flatMap(({ candidates }) => candidates);
  const failingCount = all.filter((candidate) => facts.standingOf(candidate) === 'failing').length;
  const isPanic = failingCount * 2 > all.length;
  const ranked = facts.targets.map(({ weight, candidates }) => {
    const ranks = candidates.map((candidate) => rankOf(candidate, facts, isPanic));
    const best = Math.min(...ranks);
    return { weight, best, members: candidates.filter((_candidate, index) => ranks[index] === best) };
  });
  const hasWeight = ranked.some(({ weight, members }) => weight > 0 && members.length > 0);
  const present = ranked.filter(({ weight, members }) => members.length > 0 && (weight > 0 || !hasWeight));
  const best = Math.min(...present.map((target) => target.best));
  const usable = present.filter((target) => target.best === best);
  const total = usable.reduce((sum, { weight }) => sum + (weight || 1), 0);
  let until = 0;
  return usable.flatMap(({ weight, members }) => {
    const share = (weight || 1) / total;
    const parts = partsByZone(members, facts);
    return parts.map(({ zone, share: part, members: inPart }) => {
      until += share * part;
      return groupOf(inPart, { until, zone }, facts);
    });
  });
}

function rankOf(candidate: Candidate, facts: RosterFacts, isPanic: boolean): number {
  const standing = facts.standingOf(candidate);
  const bad = standing === 'unreachable' ? UNREACHABLE : standing === 'failing' && !isPanic ? FAILING : 0;
  return candidate.tier + bad + (facts.avoided?.has(candidate.key) === true ? AVOIDED : 0);
}

interface Part {
  readonly zone: string | undefined;
  readonly share: number;
  readonly members: readonly Candidate[];
}

/** Members of the zones preferred, each with its share, and the rest, which takes what spills over. */
function partsByZone(members: readonly Candidate[], { zones, targets }: RosterFacts): Part[] {
  if (zones.length === 0) return [{ zone: undefined, share: 1, members }];
  const all = targets.flatMap(({ candidates }) => candidates);
  const inZone = (list: readonly Candidate[], zone: string) => list.filter(({ view }) => view.zone === zone);
  const shares = zoneShares(
    zones.map((zone) => ({
      zone,
      availableCount: inZone(members, zone).length,
      totalCount: inZone(all, zone).length,
    })),
  );
  const parts: Part[] = zones.map((zone, index) => ({
    zone,
    share: shares[index] ?? 0,
    members: inZone(members, zone),
  }));
  const rest = members.filter(({ view }) => view.zone === undefined || !zones.includes(view.zone));
  const spilled = 1 - shares.reduce((sum, share) => sum + share, 0);
  if (rest.length > 0) parts.push({ zone: undefined, share: spilled, members: rest });
  const used = parts.filter(({ share }) => share > 1e-9);
  const total = used.reduce((sum, { share }) => sum + share, 0);
  return used.map((part) => ({ ...part, share: part.share / total }));
}

function groupOf(
  members: readonly Candidate[],
  place: Pick<RosterGroup, 'until' | 'zone'>,
  { shareOf }: RosterFacts,
): RosterGroup {
  const shares = members.map((candidate) => candidate.view.weight * shareOf(candidate));
  return {
    ...place,
    members,
    shares,
    weights: weightsOf(shares),
    hashed: members.map(({ view }, index) => ({
      hash: hashText(view.instance),
      weight: shares[index] ?? 0,
    })),
  };
}

/** The group a chance belongs to. @param chance from 0 (inclusive) to 1 (exclusive) */
export function groupAt(roster: Roster, chance: number): RosterGroup | undefined {
  for (const group of roster) if (chance < group.until) return group;
  return roster.at(-1);
}
