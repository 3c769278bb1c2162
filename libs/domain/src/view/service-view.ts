import type {
  CallPolicy,
  ProtectionPolicy,
  RouteMatch,
  RouteRule,
  RouteTarget,
  ServicePolicyEvent,
  ServiceView,
} from '#contracts';

/** What the view shows of a policy: the fields it knows, and nothing a stranger put beside them. */
export function serviceViewOf({ data, sequence }: ServicePolicyEvent): ServiceView {
  const { namespace, service, description, metadata, protection, calls, routes } = data;
  return {
    namespace,
    service,
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(protection === undefined ? {} : { protection: protectionOf(protection) }),
    ...(calls === undefined ? {} : { calls: callsOf(calls) }),
    ...(routes === undefined ? {} : { routes: routes.map(routeOf) }),
    revision: sequence,
  };
}

function protectionOf({ sharePercent, minimumCount, maxMs }: ProtectionPolicy): ProtectionPolicy {
  return { sharePercent, minimumCount, maxMs };
}

function callsOf(calls: CallPolicy): CallPolicy {
  return only(calls, [
    'timeoutMs',
    'attemptTimeoutMs',
    'attemptsMax',
    'retryBudgetPercent',
    'balancer',
    'slowStartMs',
    'fallbackZones',
  ]);
}

function routeOf({ name, match, to }: RouteRule): RouteRule {
  return {
    name,
    ...(match === undefined ? {} : { match: matchOf(match) }),
    to: to.map((target): RouteTarget => only(target, ['weight', 'version', 'tag', 'zone', 'selector'])),
  };
}

function matchOf(match: RouteMatch): RouteMatch {
  return only(match, ['callers', 'headers', 'labels']);
}

function only<Whole extends object>(whole: Whole, fields: readonly (keyof Whole)[]): Whole {
  const given = fields.filter((field) => whole[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, whole[field]])) as Whole;
}
