import { checkName, type InstanceView, type ServicePolicyRecord, type ServiceView } from '#contracts';
import { type CandidateWishes, explainPick, parseWishes, type PickExplanation } from '#domain';
import { checkedPlace } from '../history/place-patterns.js';
import type { HistoricPlace } from '../ports/snapshots.js';
import type { Reader } from './reader.js';

/** A call somebody would like to understand. */
export interface CallQuestion {
  readonly namespace: string;
  /** Name of the calling service, or `service/instance` for one of its instances. */
  readonly caller: string;
  readonly service: string;
  readonly wishes?: CandidateWishes;
  /** Headers the call would carry; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** From 0 (inclusive) to 1 (exclusive): decides who "would be picked" among equals. */
  readonly chance: number;
  /** In place of the policy that is in force. */
  readonly policy?: Pick<ServicePolicyRecord, 'calls' | 'routes'>;
}

export interface CallExplanation extends PickExplanation {
  readonly namespace: string;
  readonly caller: string;
  /** Zone the caller prefers; absent when it has none, or its instances lie in several. */
  readonly zone?: string;
  /** Journal sequence and age of the view this is read from. */
  readonly sequence: number;
  readonly staleMs: number;
}

/** The places a call is explained from: who is called, and who calls. @throws ROLLCALL_NAME_INVALID */
export function callPlaces(namespace: string, caller: string, service: string): HistoricPlace[] {
  const [callerService = ''] = caller.split('/', 1);
  checkName('caller', callerService);
  return [...new Set([service, callerService])].map((name) => checkedPlace({ namespace, service: name }));
}

/**
 * Where a call would go, and why not elsewhere: from the view alone. A caller's own experience, which also keeps it
 * away from instances, is known to the caller only (`service(name).explain()` in the SDK).
 * @throws ROLLCALL_NAME_INVALID, ROLLCALL_FILTER_INVALID, ROLLCALL_UNAVAILABLE
 */
export function explainCall(reader: Reader, question: CallQuestion): CallExplanation {
  const { namespace, service, wishes = {}, headers, chance } = question;
  const [callerService = '', callerInstance] = question.caller.split('/', 2);
  checkName('namespace', namespace);
  checkName('service', service);
  checkName('caller', callerService);
  if (callerInstance !== undefined) checkName('instance', callerInstance);
  const inForce = reader.service(namespace, service)?.policy;
  const policy =
    question.policy === undefined ? inForce : ({ ...inForce, ...question.policy } as ServiceView);
  const callers = reader
    .instances(namespace, callerService)
    .filter(({ instance }) => callerInstance === undefined || instance === callerInstance);
  const zone = inCommon(callers, (view) => view.zone);
  const zones = zone === undefined ? [] : [...new Set([zone, ...(policy?.calls?.fallbackZones ?? [])])];
  const explanation = explainPick({
    service,
    views: reader.instances(namespace, service, { all: true }),
    policy,
    question: parseWishes(wishes),
    call: { caller: callerService, headers, labels: labelsInCommon(callers) },
    zones,
    chance,
  });
  const { sequence = 0, staleMs = 0 } = reader.freshness() ?? {};
  return {
    namespace,
    caller: question.caller,
    ...(zone === undefined ? {} : { zone }),
    ...explanation,
    sequence,
    staleMs,
  };
}

/** What all of them say, if they all say the same. */
function inCommon<Value>(
  views: readonly InstanceView[],
  read: (view: InstanceView) => Value | undefined,
): Value | undefined {
  const [first, ...others] = views;
  const value = first === undefined ? undefined : read(first);
  return others.every((view) => read(view) === value) ? value : undefined;
}

function labelsInCommon(views: readonly InstanceView[]): Record<string, string> {
  const names = Object.keys(views[0]?.metadata ?? {});
  const entries = names.map((name) => [name, inCommon(views, ({ metadata }) => metadata[name])] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, string>;
}
