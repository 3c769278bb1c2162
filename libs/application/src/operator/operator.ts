import {
  assertRecord,
  checkName,
  eventTypes,
  type InstanceAggregateId,
  type InstanceView,
  type OverrideRecord,
  type OverrideStatus,
  quote,
  RollcallError,
  type ServicePolicyRecord,
} from '#contracts';
import { compileTarget } from '#domain';
import type { Journal, LastEvent } from '../ports/journal.js';
import { type Actor, attributesOf, type EventIdentity } from '../registrar/event-factory.js';
import { retryConflicts } from '../registrar/retry-conflicts.js';

export type InstanceNames = Omit<InstanceAggregateId, 'kind'>;

/** What an operator lays over an instance. What is left out stays as it was; `null` lifts it. */
export interface OverrideChange {
  readonly status?: OverrideStatus | null;
  readonly weight?: number | null;
}

/** What operators do: lay something over instances, take one out, decide for a service. Each with a reason. */
export class Operator {
  constructor(
    private readonly journal: Journal,
    private readonly identity: EventIdentity,
    /** The instance as the view shows it, departed or not. */
    private readonly known: (names: InstanceNames) => InstanceView | undefined,
  ) {}

  /** Drains, puts in maintenance, changes the weight. It outlives a re-registration. Returns the sequence. */
  override(names: InstanceNames, change: OverrideChange, by: Actor): Promise<number> {
    return this.#change(names, by, (held) => ({
      ...held,
      ...withoutNull('status', change.status),
      ...withoutNull('weight', change.weight),
      ...(change.status === null ? { status: undefined } : {}),
      ...(change.weight === null ? { weight: undefined } : {}),
    }));
  }

  /** Lifts everything that was laid over an instance, an eviction too. */
  lift(names: InstanceNames, by: Actor): Promise<number> {
    return this.#change(names, by, () => ({}));
  }

  /**
   * Takes the present incarnation out of the registry. A newer one may come back; to keep it out, stop it.
   * @throws ROLLCALL_NOT_FOUND when no such instance is present
   */
  async evict(names: InstanceNames, by: Actor): Promise<number> {
    const view = this.known(names);
    if (view === undefined || view.departure !== undefined) {
      throw new RollcallError(
        'ROLLCALL_NOT_FOUND',
        `instance ${quote(names.instance)} of service ${quote(names.service)} is not registered`,
      );
    }
    const { incarnation } = view;
    return this.#change(names, by, (held) => ({ ...held, evictedIncarnation: incarnation }));
  }

  /** Sets the policy of a service as a whole. @throws ROLLCALL_RECORD_INVALID with the allowed range, ROLLCALL_FILTER_INVALID in a rule */
  async setPolicy(policy: ServicePolicyRecord, by: Actor): Promise<number> {
    checkName('namespace', policy.namespace);
    checkName('service', policy.service);
    assertRecord('service', policy);
    for (const { to } of policy.routes ?? []) to.forEach((target) => compileTarget(target));
    const { namespace, service } = policy;
    const aggregate = { kind: 'service', namespace, service } as const;
    return retryConflicts(async () => {
      const last = await this.journal.last(aggregate);
      const attributes = attributesOf(this.identity, eventTypes.servicePolicySet, by);
      return this.journal.append(
        { ...attributes, aggregate, data: policy },
        { expectedRevision: last?.sequence ?? 0 },
      );
    });
  }

  /** Changes parts of the policy of a service, and leaves the rest as it is. */
  async changePolicy({ namespace, service, ...change }: ServicePolicyRecord, by: Actor): Promise<number> {
    checkName('namespace', namespace);
    checkName('service', service);
    const last = await this.journal.last({ kind: 'service', namespace, service });
    const held = (last?.data ?? {}) as Partial<ServicePolicyRecord>;
    return this.setPolicy({ ...held, ...change, namespace, service }, by);
  }

  async #change(names: InstanceNames, by: Actor, next: (held: Held) => Held): Promise<number> {
    const { namespace, service, instance } = names;
    checkName('namespace', namespace);
    checkName('service', service);
    checkName('instance', instance);
    const aggregate: InstanceAggregateId = { kind: 'override', namespace, service, instance };
    return retryConflicts(async () => {
      const last = await this.journal.last(aggregate);
      const content = compact(next(heldIn(last)));
      const isLifted = Object.keys(content).length === 0;
      const data: OverrideRecord = {
        namespace,
        service,
        instance,
        ...content,
        ...(isLifted ? { removed: true } : {}),
      };
      assertRecord('override', data);
      const type = isLifted ? eventTypes.overrideRemoved : eventTypes.overrideSet;
      const event = { ...attributesOf(this.identity, type, by), aggregate, data };
      return this.journal.append(event, { expectedRevision: last?.sequence ?? 0 });
    });
  }
}

type Held = Partial<Pick<OverrideRecord, 'status' | 'weight' | 'evictedIncarnation'>>;

function heldIn(last: LastEvent | undefined): Held {
  if (last?.type !== eventTypes.overrideSet || typeof last.data !== 'object' || last.data === null) return {};
  const { status, weight, evictedIncarnation } = last.data as OverrideRecord;
  return compact({ status, weight, evictedIncarnation });
}

function compact(held: Held): Held {
  return Object.fromEntries(Object.entries(held).filter(([, value]) => value !== undefined));
}

function withoutNull<Key extends string, Value>(
  key: Key,
  value: Value | null | undefined,
): Partial<Record<Key, Value>> {
  return value === null || value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}
