import { type ErrorCode, limits, quote, type RouteRule } from '#contracts';
import { type Refusal, type RefusalReason, refusalReasons } from './candidate.js';
import type { Funnel } from './funnel.js';

/** Why there is nobody to call. */
export interface PickProblem {
  readonly code: ErrorCode;
  readonly what: string;
}

/** An instance that may not be called, as an error names it. */
export interface RefusedInstance {
  readonly instance: string;
  readonly incarnation: number;
  readonly version: string;
  readonly status: string;
  readonly zone?: string;
  readonly by: RefusalReason;
  readonly text: string;
}

const codes: Readonly<Record<RefusalReason, ErrorCode>> = {
  departed: 'ROLLCALL_NO_INSTANCE',
  filter: 'ROLLCALL_FILTER_UNMET',
  protocol: 'ROLLCALL_PROTOCOL_UNMET',
  address: 'ROLLCALL_ADDRESS_FORBIDDEN',
  status: 'ROLLCALL_NO_INSTANCE',
  route: 'ROLLCALL_ROUTE_EMPTY',
};

/**
 * What to tell a caller for whom there is no candidate: the reason that kept out those who came farthest.
 * @param isKnown whether the view knows anything of the service, its policy included
 */
export function problemOf(service: string, { refused }: Funnel, isKnown: boolean): PickProblem {
  const name = `service ${quote(service)}`;
  if (refused.length === 0) {
    return isKnown
      ? { code: 'ROLLCALL_NO_INSTANCE', what: `${name} has no instance` }
      : { code: 'ROLLCALL_SERVICE_UNKNOWN', what: `there is no ${name}` };
  }
  const present = refused.filter(({ by }) => by !== 'departed');
  const reasons = new Set(present.map(({ by }) => by));
  const decisive = refusalReasons.findLast((reason) => reasons.has(reason)) ?? 'departed';
  const kept = refused.filter(({ by }) => by === decisive);
  const some = kept.slice(0, 3).map(({ view, text }) => `${view.instance}: ${text}`);
  const more = kept.length > some.length ? `; and ${kept.length - some.length} more` : '';
  const count = decisive === 'departed' ? 'no instance any more' : `${present.length} present, none of use`;
  return { code: codes[decisive], what: `${name} has ${count}: ${some.join('; ')}${more}` };
}

/** What to tell a caller whose routing rule leads to nobody. */
export function routeProblem(service: string, { name }: RouteRule, candidateCount: number): PickProblem {
  return {
    code: 'ROLLCALL_ROUTE_EMPTY',
    what: `rule ${quote(name)} of service ${quote(service)} means none of its ${candidateCount} instances that could answer`,
  };
}

/** Refusals as data, bounded. */
export function refusedInstances(refused: readonly Refusal[]): RefusedInstance[] {
  return refused.slice(0, limits.callRefusalsMax).map(({ view, by, text }) => ({
    instance: view.instance,
    incarnation: view.incarnation,
    version: view.version,
    status: view.departure ?? view.status,
    ...(view.zone === undefined ? {} : { zone: view.zone }),
    by,
    text,
  }));
}
