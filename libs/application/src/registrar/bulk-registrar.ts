import {
  aggregateKey,
  type EventAttributes,
  eventTypes,
  type InstanceAggregateId,
  type InstanceRecord,
  type InstanceView,
  isRollcallError,
  limits,
  type NewEvent,
  RollcallError,
} from '#contracts';
import type { AppendOptions, Journal } from '../ports/journal.js';
import { type Actor, attributesOf, type EventIdentity } from './event-factory.js';
import { incarnationOf, type Registered, type RegistrationInput, type Registrar } from './registrar.js';

/** What became of one registration of many. */
export type BulkResult = Registered | RollcallError;

type GuardedEvent = NewEvent<InstanceRecord> & AppendOptions;

interface Registering {
  readonly said: EventAttributes;
  readonly aggregate: InstanceAggregateId;
  readonly input: RegistrationInput;
}

/** Refusals that are about the batch, or about one of its events, and not about the broker. */
const splittable = [
  'ROLLCALL_REVISION_CONFLICT',
  'ROLLCALL_BATCH_REFUSED',
  'ROLLCALL_NOT_ACKNOWLEDGED',
] as const;

/**
 * Registers many instances with few syncs of the disk: as one atomic batch on what the view knows, once more on what
 * the journal says if the view was behind, and one by one if that is refused too.
 */
export class BulkRegistrar {
  /** @param known what the view shows under a key, departed or not */
  constructor(
    private readonly journal: Journal,
    private readonly identity: EventIdentity,
    private readonly known: (key: string) => InstanceView | undefined,
    private readonly registrar: Pick<Registrar, 'register'>,
  ) {}

  /**
   * Registers each input, which must be valid, and says what became of it, in their order.
   * @throws ROLLCALL_BATCH_REFUSED for more than 1,000 inputs; what the broker says when it takes nothing at all
   */
  async register(inputs: readonly RegistrationInput[], by: Actor): Promise<BulkResult[]> {
    if (inputs.length > limits.batchMessagesMax) {
      const text = `${inputs.length} registrations are more than ${limits.batchMessagesMax}, the most in one batch`;
      throw new RollcallError('ROLLCALL_BATCH_REFUSED', text);
    }
    // A batch may write each instance once; who comes again in it takes the next incarnation afterwards.
    const first = new Map<string, number>();
    for (const [index, input] of inputs.entries()) {
      const key = aggregateKey(aggregateOf(input));
      if (!first.has(key)) first.set(key, index);
    }
    const indexes = [...first.values()];
    const results: BulkResult[] = [];
    const batched = await this.#registerBatch(
      indexes.map((index) => inputs[index] as RegistrationInput),
      by,
    );
    for (const [place, index] of indexes.entries()) results[index] = batched[place] as BulkResult;
    for (const [index, input] of inputs.entries()) results[index] ??= await this.#registerOne(input, by);
    return results;
  }

  async #registerBatch(inputs: readonly RegistrationInput[], by: Actor): Promise<BulkResult[]> {
    if (inputs.length === 0) return [];
    const said = attributesOf(this.identity, eventTypes.instanceRegistered, by);
    const byView = inputs.map((input) => {
      const aggregate = aggregateOf(input);
      const view = this.known(aggregateKey(aggregate));
      return this.#event({ said, aggregate, input }, view?.incarnation ?? 0, view?.revision ?? 0);
    });
    const stored = await this.#append(byView);
    if (Array.isArray(stored)) return stored;
    if (stored.code === 'ROLLCALL_NOT_ACKNOWLEDGED') return this.#appendEach(byView);
    const byJournal = await Promise.all(inputs.map((input) => this.#eventByJournal(input, said)));
    const storedNow = await this.#append(byJournal);
    if (Array.isArray(storedNow)) return storedNow;
    if (storedNow.code === 'ROLLCALL_NOT_ACKNOWLEDGED') return this.#appendEach(byJournal);
    return oneByOne(inputs, (input) => this.#registerOne(input, by));
  }

  async #eventByJournal(input: RegistrationInput, said: EventAttributes): Promise<GuardedEvent> {
    const aggregate = aggregateOf(input);
    const last = await this.journal.last(aggregate);
    const known = this.known(aggregateKey(aggregate))?.incarnation ?? 0;
    const incarnation = Math.max(incarnationOf(last), known);
    return this.#event({ said, aggregate, input }, incarnation, last?.sequence ?? 0);
  }

  /** All events of a batch say the same of who, why and when. */
  #event({ said, aggregate, input }: Registering, known: number, expectedRevision: number): GuardedEvent {
    const data = { ...input, incarnation: known + 1 };
    return { ...said, id: this.identity.newId(), aggregate, data, expectedRevision };
  }

  /** All of them, or why the batch was refused. */
  async #append(events: readonly GuardedEvent[]): Promise<Registered[] | RollcallError> {
    try {
      const last = await this.journal.appendBatch(events);
      const before = last - events.length + 1;
      return events.map(({ data }, index) => ({ sequence: before + index, incarnation: data.incarnation }));
    } catch (error) {
      if (isRollcallError(error) && splittable.some((code) => code === error.code)) return error;
      throw error;
    }
  }

  /** The batch may be stored although nobody said so: the same ids once more store nothing twice. */
  #appendEach(events: readonly GuardedEvent[]): Promise<BulkResult[]> {
    return oneByOne(events, async (event) => {
      const sequence = await this.journal.append(event, event);
      return { sequence, incarnation: event.data.incarnation };
    });
  }

  #registerOne(input: RegistrationInput, by: Actor): Promise<BulkResult> {
    return resultOf(this.registrar.register(input, by));
  }
}

async function oneByOne<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<BulkResult>,
): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (const item of items) results.push(await resultOf(work(item)));
  return results;
}

async function resultOf(work: Promise<BulkResult>): Promise<BulkResult> {
  try {
    return await work;
  } catch (error) {
    if (isRollcallError(error)) return error;
    throw error;
  }
}

function aggregateOf({ namespace, service, instance }: RegistrationInput): InstanceAggregateId {
  return { kind: 'instance', namespace, service, instance };
}
