export { type Candidate, candidateKey, type Refusal, type RefusalReason } from './candidate.js';
export { costAfter, type Experience, loadOf, noExperience } from './experience.js';
export { type ExplainedCandidate, explainPick, type PickExplanation, type PickFacts } from './explain.js';
export { type Funnel, funnel, type FunnelRules } from './funnel.js';
export { chanceOf, hashText } from './hashing.js';
export { type Chances, leastLoaded } from './least-loaded.js';
export {
  type PickProblem,
  problemOf,
  type RefusedInstance,
  refusedInstances,
  routeProblem,
} from './problem.js';
export {
  type CandidateQuestion,
  type CandidateWishes,
  parseWishes,
  wishesKey,
  wishNames,
} from './question.js';
export { earn, fullBudget, type RetryBudget, spend } from './retry-budget.js';
export { rendezvous } from './rendezvous.js';
export {
  buildRoster,
  groupAt,
  type Roster,
  type RosterFacts,
  type RosterGroup,
  type Standing,
  type Target,
} from './roster.js';
export { type CallFacts, compileTarget, matchRoute, splitByRoute } from './route.js';
export { slowStartShare } from './slow-start.js';
export { roundRobin, smoothWeighted } from './smooth-weighted.js';
export { byWeight } from './weights.js';
