import type { InstanceView, RouteRule, ServiceView } from '#contracts';
import type { Candidate, Refusal } from './candidate.js';
import { funnel, type FunnelRules } from './funnel.js';
import {
  type PickProblem,
  problemOf,
  type RefusedInstance,
  refusedInstances,
  routeProblem,
} from './problem.js';
import type { CandidateQuestion } from './question.js';
import { buildRoster, groupAt, type Roster, type RosterFacts, type Standing } from './roster.js';
import { type CallFacts, matchRoute, splitByRoute } from './route.js';
import { byWeight, weightAt } from './weights.js';

/** Everything that decides who is called, but for the balancer's own draw. */
export interface PickFacts {
  readonly service: string;
  /** Every instance the view knows of it, the departed too. */
  readonly views: readonly InstanceView[];
  readonly policy?: ServiceView | undefined;
  readonly question: CandidateQuestion;
  readonly call: CallFacts;
  readonly rules?: FunnelRules;
  /** Zones to prefer; absent: the policy's, after the caller's own. */
  readonly zones: readonly string[];
  /** What the caller's own experience says; absent: nothing against anybody. */
  readonly standingOf?: (candidate: Candidate) => Standing;
  readonly shareOf?: (candidate: Candidate) => number;
  /** Decides what "would be picked": from 0 (inclusive) to 1 (exclusive). */
  readonly chance: number;
}

/** A candidate, and its part of the calls while all are equally loaded. */
export interface ExplainedCandidate {
  readonly instance: string;
  readonly incarnation: number;
  readonly version: string;
  readonly status: string;
  readonly zone?: string;
  readonly endpoint: string;
  readonly weight: number;
  /** 0: it stands by, and gets calls only when better ones are gone. */
  readonly sharePercent: number;
  readonly standing: Standing;
}

/** Why a call goes where it goes. */
export interface PickExplanation {
  readonly service: string;
  /** Name of the routing rule that decides; absent when none matches. */
  readonly rule?: string;
  readonly candidates: readonly ExplainedCandidate[];
  readonly refused: readonly RefusedInstance[];
  /** Who would be picked with the chance given. */
  readonly picked?: string;
  readonly problem?: PickProblem;
}

/** Tells of each instance why it would be called, how often, or why not. */
export function explainPick(facts: PickFacts): PickExplanation {
  const { service, views, policy, question, chance } = facts;
  const found = funnel(views, question, facts.rules);
  const rules = policy?.routes ?? [];
  const rule = rules[matchRoute(rules, facts.call)];
  const base = { service, ...(rule === undefined ? {} : { rule: rule.name }) };
  if (found.candidates.length === 0) {
    const problem = problemOf(service, found, policy !== undefined);
    return { ...base, candidates: [], refused: refusedInstances(found.refused), problem };
  }
  const { targets, astray } = route(found.candidates, rule);
  const refused = refusedInstances([...found.refused, ...astray]);
  const rosterFacts: RosterFacts = {
    targets,
    zones: facts.zones,
    standingOf: facts.standingOf ?? (() => 'well'),
    shareOf: facts.shareOf ?? (() => 1),
  };
  const roster = buildRoster(rosterFacts);
  if (roster.length === 0 && rule !== undefined) {
    const problem = routeProblem(service, rule, found.candidates.length);
    return { ...base, candidates: [], refused, problem };
  }
  const shares = sharesOf(roster);
  const candidates = targets
    .flatMap((target) => target.candidates)
    .map((candidate) =>
      explained(candidate, shares.get(candidate.key) ?? 0, rosterFacts.standingOf(candidate)),
    );
  const picked = pickedAt(roster, chance);
  return { ...base, candidates, refused, ...(picked === undefined ? {} : { picked: picked.view.instance }) };
}

/** Candidates by target, and those the rule leads past. */
function route(candidates: readonly Candidate[], rule: RouteRule | undefined) {
  if (rule === undefined) return { targets: [{ weight: 1, candidates }], astray: [] };
  const targets = splitByRoute(candidates, rule);
  const meant = new Set(targets.flatMap((target) => target.candidates));
  const astray: Refusal[] = candidates
    .filter((candidate) => !meant.has(candidate))
    .map(({ view }) => ({ view, by: 'route', text: `rule "${rule.name}" sends calls elsewhere` }));
  return { targets, astray };
}

function sharesOf(roster: Roster): Map<string, number> {
  const shares = new Map<string, number>();
  let before = 0;
  for (const { until, members, weights } of roster) {
    members.forEach(({ key }, index) =>
      shares.set(key, ((until - before) * weightAt(weights, index)) / weights.total),
    );
    before = until;
  }
  return shares;
}

function pickedAt(roster: Roster, chance: number): Candidate | undefined {
  const group = groupAt(roster, chance);
  const start = roster[roster.indexOf(group as never) - 1]?.until ?? 0;
  if (group === undefined) return undefined;
  return group.members[
    byWeight(group.weights, Math.min(0.999_999, (chance - start) / (group.until - start)))
  ];
}

function explained({ view, endpoint }: Candidate, share: number, standing: Standing): ExplainedCandidate {
  return {
    instance: view.instance,
    incarnation: view.incarnation,
    version: view.version,
    status: view.status,
    ...(view.zone === undefined ? {} : { zone: view.zone }),
    endpoint: addressOf(endpoint),
    weight: view.weight,
    sharePercent: Math.round(share * 10_000) / 100,
    standing,
  };
}

function addressOf({ protocol, address, port, subject }: Candidate['endpoint']): string {
  return protocol === 'nats' ? `nats:${subject}` : `${protocol}://${address}:${port}`;
}
