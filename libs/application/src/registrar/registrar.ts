import {
  aggregateKey,
  assertRecord,
  eventTypes,
  type InstanceAggregateId,
  type InstanceRecord,
  type InstanceView,
  quote,
  recordProblems,
  RollcallError,
} from '#contracts';
import { changedPaths, type InstanceChange, mergeInstance, splitInstance } from '#domain';
import type { Journal, LastEvent } from '../ports/journal.js';
import { type Actor, attributesOf, type EventIdentity } from './event-factory.js';
import { retryConflicts } from './retry-conflicts.js';

/** What somebody without the SDK hands in; the incarnation is taken here. */
export type RegistrationInput = Omit<InstanceRecord, 'incarnation'>;

export interface Registered {
  readonly sequence: number;
  readonly incarnation: number;
}

/** Registers and deregisters on behalf of instances that do not write events themselves. */
export class Registrar {
  /**
   * @param known what the view shows under a key, departed or not: the last event in the journal may be one the
   * view refused or could not read, and must neither make the count of incarnations go back nor be repeated
   */
  constructor(
    private readonly journal: Journal,
    private readonly identity: EventIdentity,
    private readonly known: (key: string) => InstanceView | undefined,
  ) {}

  /** Takes the next incarnation and registers. @throws ROLLCALL_RECORD_INVALID, ROLLCALL_NAME_INVALID */
  async register(input: RegistrationInput, by: Actor): Promise<Registered> {
    const aggregate = aggregateOf(input);
    assertRecord('instance', { ...input, incarnation: 1 });
    return retryConflicts(async () => {
      const last = await this.journal.last(aggregate);
      const known = this.known(aggregateKey(aggregate))?.incarnation ?? 0;
      const incarnation = Math.max(incarnationOf(last), known) + 1;
      const data: InstanceRecord = { ...input, incarnation };
      const event = { ...attributesOf(this.identity, eventTypes.instanceRegistered, by), aggregate, data };
      const sequence = await this.journal.append(event, { expectedRevision: last?.sequence ?? 0 });
      return { sequence, incarnation };
    });
  }

  /**
   * Changes what is registered. A change that changes nothing writes nothing.
   * @throws ROLLCALL_NOT_FOUND when the instance is not registered, ROLLCALL_RECORD_INVALID
   */
  async update(
    names: Omit<InstanceAggregateId, 'kind'>,
    change: InstanceChange,
    by: Actor,
  ): Promise<Registered> {
    const aggregate = aggregateOf(names);
    return retryConflicts(async () => {
      const { record, revision } = await this.#present(aggregate);
      const data = mergeInstance(record, change);
      assertRecord('instance', data);
      const { incarnation } = record;
      if (changedPaths(record, data).length === 0) return { sequence: revision, incarnation };
      const event = { ...attributesOf(this.identity, eventTypes.instanceUpdated, by), aggregate, data };
      return { sequence: await this.journal.append(event, { expectedRevision: revision }), incarnation };
    });
  }

  /** @throws ROLLCALL_NOT_FOUND when the instance is not registered */
  async deregister(names: Omit<InstanceAggregateId, 'kind'>, by: Actor): Promise<Registered> {
    const aggregate = aggregateOf(names);
    return retryConflicts(async () => {
      const { record, revision } = await this.#present(aggregate);
      const data: InstanceRecord = { ...record, status: 'down' };
      const event = { ...attributesOf(this.identity, eventTypes.instanceDeregistered, by), aggregate, data };
      const sequence = await this.journal.append(event, { expectedRevision: revision });
      return { sequence, incarnation: record.incarnation };
    });
  }

  /** What is registered, and the sequence a next write must expect. */
  async #present(aggregate: InstanceAggregateId): Promise<{ record: InstanceRecord; revision: number }> {
    const last = await this.journal.last(aggregate);
    const record = presentRecord(last, this.known(aggregateKey(aggregate)));
    if (last !== undefined && record !== undefined) return { record, revision: last.sequence };
    const { service, instance } = aggregate;
    const text = `instance ${quote(instance)} of service ${quote(service)} is not registered`;
    throw new RollcallError('ROLLCALL_NOT_FOUND', text);
  }
}

function aggregateOf({
  namespace,
  service,
  instance,
}: Omit<InstanceAggregateId, 'kind'>): InstanceAggregateId {
  return { kind: 'instance', namespace, service, instance };
}

/**
 * What is registered now: by the journal's last event, which the view may not have folded yet, unless nobody can
 * read it or the view has refused it; then by the view. Undefined when the instance has said good-bye.
 */
function presentRecord(
  last: LastEvent | undefined,
  view: InstanceView | undefined,
): InstanceRecord | undefined {
  const isReadable =
    last !== undefined &&
    lifeTypes.has(last.type ?? '') &&
    recordProblems('instance', last.data).length === 0 &&
    incarnationOf(last) >= (view?.incarnation ?? 0);
  if (isReadable) {
    return last.type === eventTypes.instanceDeregistered ? undefined : (last.data as InstanceRecord);
  }
  return view === undefined || view.left === true ? undefined : splitInstance(view).registration?.record;
}

const lifeTypes = new Set<string>([
  eventTypes.instanceRegistered,
  eventTypes.instanceUpdated,
  eventTypes.instanceDeregistered,
  eventTypes.instanceReinstated,
]);

/** The incarnation in an aggregate's last event; 0 when there is none or it cannot be read. */
export function incarnationOf(last: LastEvent | undefined): number {
  const found = (last?.data as { incarnation?: unknown } | undefined)?.incarnation;
  return typeof found === 'number' && Number.isSafeInteger(found) && found > 0 ? found : 0;
}
