import type { InstanceView, RouteMatch, RouteRule, RouteTarget } from '#contracts';
import { compileFilter, parseFilter } from '../query/filter.js';
import type { Candidate } from './candidate.js';
import type { Target } from './roster.js';

/** What a routing rule may look at: who calls, and what the call carries. */
export interface CallFacts {
  /** Name of the calling service. */
  readonly caller?: string | undefined;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** Metadata of the calling instance, and what the caller adds to it. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Stands for "present, whatever the value". */
const ANY_VALUE = '*';

/** Index of the first rule that matches, or -1. */
export function matchRoute(rules: readonly RouteRule[], call: CallFacts): number {
  return rules.findIndex(({ match }) => match === undefined || doesMatch(match, call));
}

function doesMatch({ callers, headers, labels }: RouteMatch, call: CallFacts): boolean {
  if (callers !== undefined && (call.caller === undefined || !callers.includes(call.caller))) return false;
  const hasHeaders = Object.entries(headers ?? {}).every(([name, wanted]) =>
    isValue(call.headers?.[name.toLowerCase()], wanted),
  );
  return (
    hasHeaders && Object.entries(labels ?? {}).every(([name, wanted]) => isValue(call.labels?.[name], wanted))
  );
}

function isValue(found: string | readonly string[] | undefined, wanted: string): boolean {
  if (found === undefined) return false;
  if (wanted === ANY_VALUE) return true;
  return typeof found === 'string' ? found === wanted : found.includes(wanted);
}

/**
 * The instances a target means.
 * @throws ROLLCALL_FILTER_INVALID when its range or selector cannot be read
 */
export function compileTarget({
  version,
  tag,
  zone,
  selector,
}: RouteTarget): (view: InstanceView) => boolean {
  const filter = { version, tag, zone, selector };
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return compileFilter(parseFilter(Object.fromEntries(given)));
}

/** Candidates by target. One that several targets mean belongs to the first of them. */
export function splitByRoute(candidates: readonly Candidate[], { to }: RouteRule): Target[] {
  let left = candidates;
  return to.map((target) => {
    const isMeant = meaningOf(target);
    const meant = left.filter(({ view }) => isMeant(view));
    left = left.filter((candidate) => !meant.includes(candidate));
    return { weight: target.weight ?? 1, candidates: meant };
  });
}

/** A target that cannot be read means nobody: the doors let none in, but a stranger may write to the journal. */
function meaningOf(target: RouteTarget): (view: InstanceView) => boolean {
  try {
    return compileTarget(target);
  } catch {
    return () => false;
  }
}
