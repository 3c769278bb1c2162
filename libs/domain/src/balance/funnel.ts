import type { Endpoint, InstanceView } from '#contracts';
import { hostRefusal } from '../health/address-policy.js';
import { compileFilter, refusingParts } from '../query/filter.js';
import { type Candidate, candidateKey, type Refusal, type RefusalReason } from './candidate.js';
import type { CandidateQuestion } from './question.js';
import { tierOf } from './tier.js';

/** Everybody the view knows of a service, sorted into those who may be called and those who may not. */
export interface Funnel {
  readonly candidates: readonly Candidate[];
  readonly refused: readonly Refusal[];
}

export interface FunnelRules {
  /** Addresses that may be called although the address policy forbids them. */
  readonly allowedAddresses?: readonly string[] | undefined;
}

type Verdict = Candidate | { readonly by: RefusalReason; readonly text: string };

/** Asks of each instance, in this order: is it there, is it wanted, can it be spoken to, may it, does it answer? */
export function funnel(
  views: Iterable<InstanceView>,
  question: CandidateQuestion,
  rules: FunnelRules = {},
): Funnel {
  const isWanted = compileFilter(question.filter);
  const candidates: Candidate[] = [];
  const refused: Refusal[] = [];
  for (const view of views) {
    if (view.departure === 'unregistered') continue;
    const verdict = judge(view, { question, isWanted, rules });
    if ('by' in verdict) refused.push({ view, ...verdict });
    else candidates.push(verdict);
  }
  return { candidates, refused };
}

interface Bench {
  readonly question: CandidateQuestion;
  readonly isWanted: (view: InstanceView) => boolean;
  readonly rules: FunnelRules;
}

function judge(view: InstanceView, { question, isWanted, rules }: Bench): Verdict {
  if (view.departure !== undefined) return { by: 'departed', text: `it ${departureText[view.departure]}` };
  if (!isWanted(view)) {
    const parts = refusingParts(view, question.filter).map((part) => `${part} ${wordOf(view, part)}`);
    return { by: 'filter', text: `does not meet the filter: ${parts.join(', ')}` };
  }
  const endpoint = endpointFor(view, question);
  if (endpoint === undefined) return { by: 'protocol', text: noEndpoint(view, question) };
  const refusal = refusalOf(endpoint, rules);
  if (refusal !== undefined) return { by: 'address', text: `address "${endpoint.address}": ${refusal}` };
  const tier = tierOf(view);
  if (tier === undefined) {
    const text = view.weight === 0 ? 'its weight is 0' : `it is ${view.status}`;
    return { by: 'status', text };
  }
  return { view, endpoint, key: candidateKey(view), tier };
}

const departureText = {
  deregistered: 'deregistered',
  expired: 'expired',
  evicted: 'was evicted',
  unregistered: 'was never registered',
} as const;

function wordOf(view: InstanceView, part: string): string {
  if (part === 'version') return view.version;
  if (part === 'zones') return view.zone ?? '(none)';
  if (part === 'regions') return view.region ?? '(none)';
  if (part === 'tags') return `[${view.tags.slice(0, 8).join(', ')}]`;
  return '';
}

function endpointFor(view: InstanceView, { protocols, endpoint }: CandidateQuestion): Endpoint | undefined {
  return view.endpoints.find(
    ({ name, protocol }) =>
      (endpoint === undefined || name === endpoint) &&
      (protocols === undefined || protocols.includes(protocol)),
  );
}

function noEndpoint({ endpoints }: InstanceView, { protocols, endpoint }: CandidateQuestion): string {
  const named = endpoint === undefined ? '' : ` named "${endpoint}"`;
  const wanted = protocols === undefined ? '' : ` for ${protocols.join(' or ')}`;
  const has = endpoints.map(({ name, protocol }) => `${name} (${protocol})`).join(', ') || 'none';
  return `has no endpoint${named}${wanted}; it has: ${has}`;
}

function refusalOf({ address }: Endpoint, { allowedAddresses = [] }: FunnelRules): string | undefined {
  return address === undefined || allowedAddresses.includes(address) ? undefined : hostRefusal(address);
}
