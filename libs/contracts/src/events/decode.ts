import type { ErrorCode } from '../errors/catalogue.js';
import { limits } from '../limits.js';
import { quote } from '../names.js';
import { describeProblems, recordProblems } from '../records/validate.js';
import { type AggregateId, aggregateKey, parseAggregateKey } from '../aggregates.js';
import { type Carried, carriedType, readCarried } from './carried.js';
import { headerNames, type RegistryEvent } from './envelope.js';
import { typeContradictionOf } from './type-contradiction.js';
import { aggregateOfType, type EventType, isEventType } from './types.js';

/** A journal message as an adapter hands it over. Nothing of it has been believed yet. */
export interface RawEvent {
  readonly sequence: number;
  /** Broker store time, ms since the epoch. */
  readonly atMs: number;
  /** The subject behind `registry.v1.`. */
  readonly key: string;
  readonly bytes: number;
  /**
   * Value of a header, or undefined; of a long one at least the first `limits.attributeLengthMax` characters. May be
   * kept when the rest is let go.
   */
  readonly header: (name: string) => string | undefined;
  /** The body as text; throws when it is not valid UTF-8. */
  text(): string;
}

/** Why an event was set aside. */
export interface Rejection {
  readonly code: ErrorCode;
  readonly reason: string;
}

export type Decoded =
  | { readonly kind: 'event'; readonly event: RegistryEvent }
  /** A type this version does not know: counted and passed over, never an error. */
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** Reads a journal message. Total: whatever the bytes are, it answers and never throws. */
export function decodeEvent(raw: RawEvent): Decoded {
  const aggregate = parseAggregateKey(raw.key);
  if (aggregate === undefined)
    return malformed(`the subject ends in ${quote(raw.key)}, which names no aggregate`);
  const said = raw.header(headerNames.type);
  if (said === undefined) return malformed(`the header ${headerNames.type} is missing`);
  const carried = said === carriedType ? readCarried(raw.header) : undefined;
  const type = carried?.type ?? said;
  if (type === carriedType) return malformed('it does not say which event it carries');
  if (!isEventType(type)) return { kind: 'unknown', type: bounded(type) };
  if (aggregateOfType[type] !== aggregate.kind) {
    return contradicts(
      `the type ${quote(type)} belongs to "${aggregateOfType[type]}", the subject to "${aggregate.kind}"`,
    );
  }
  const data = parseBody(raw);
  if ('code' in data) return { kind: 'rejected', rejection: data };
  const problems = recordProblems(aggregate.kind, data.value);
  if (problems.length > 0) return malformed(describeProblems(problems));
  const body = data.value as Record<string, unknown>;
  const contradiction = contradictionOf(aggregate, body) ?? typeContradictionOf(type, body);
  if (contradiction !== undefined) return contradicts(contradiction);
  return {
    kind: 'event',
    event: eventOf(raw, { type, aggregate, data: body, ...(carried === undefined ? {} : { carried }) }),
  };
}

/** The part of decoding that throws on nothing and costs most: the body. Nest's `{pattern, data}` is unwrapped. */
function parseBody(raw: RawEvent): { value: unknown } | Rejection {
  if (raw.bytes > limits.recordBytesMax) {
    return {
      code: 'ROLLCALL_RECORD_TOO_LARGE',
      reason: `the body has ${raw.bytes} bytes; at most ${limits.recordBytesMax} are allowed`,
    };
  }
  try {
    const value: unknown = JSON.parse(raw.text());
    return { value: isNestPacket(value) ? value.data : value };
  } catch {
    return { code: 'ROLLCALL_EVENT_MALFORMED', reason: 'the body is not JSON in UTF-8' };
  }
}

function isNestPacket(value: unknown): value is { pattern: unknown; data: unknown } {
  return typeof value === 'object' && value !== null && 'pattern' in value && 'data' in value;
}

function contradictionOf(aggregate: AggregateId, data: Record<string, unknown>): string | undefined {
  for (const name of namesOf[aggregate.kind]) {
    const expected = (aggregate as unknown as Record<string, string>)[name];
    if (data[name] !== expected)
      return `${name} is ${quote(data[name])} in the body and ${quote(expected)} in the subject`;
  }
  return undefined;
}

const instanceNames = ['namespace', 'service', 'instance'];
const serviceNames = ['namespace', 'service'];
const configNames = ['namespace', 'application', 'key'];

/** The names a subject and its body both carry. */
const namesOf: Readonly<Record<AggregateId['kind'], readonly string[]>> = {
  instance: instanceNames,
  override: instanceNames,
  verdict: instanceNames,
  service: serviceNames,
  protection: serviceNames,
  config: configNames,
  'config-override': configNames,
  'config-schema': configNames,
  'config-gray': configNames,
  'config-rollout': configNames,
  'config-schedule': ['namespace', 'application', 'schedule'],
  undo: ['namespace', 'plan'],
};

interface Known {
  readonly type: EventType;
  readonly aggregate: AggregateId;
  readonly data: unknown;
  readonly carried?: Carried;
}

function eventOf(raw: RawEvent, known: Known): RegistryEvent {
  return new DecodedEvent(raw, known) as RegistryEvent;
}

/** Attributes are read when somebody asks for them: a replay folds many events and shows the last of each key. */
class DecodedEvent {
  readonly type: EventType;
  readonly aggregate: AggregateId;
  readonly data: unknown;
  readonly sequence: number;
  readonly atMs: number;
  declare readonly carried?: Carried;
  readonly #header: RawEvent['header'];

  constructor({ sequence, atMs, header }: RawEvent, known: Known) {
    this.type = known.type;
    this.aggregate = known.aggregate;
    this.data = known.data;
    this.sequence = sequence;
    this.atMs = atMs;
    if (known.carried !== undefined) this.carried = known.carried;
    this.#header = header;
  }

  get id(): string {
    return (
      this.#attribute(headerNames.id) ?? this.#attribute(headerNames.messageId) ?? `sequence-${this.sequence}`
    );
  }

  get source(): string | undefined {
    return this.#attribute(headerNames.source);
  }

  get actor(): string | undefined {
    return this.#attribute(headerNames.actor);
  }

  get reason(): string | undefined {
    return this.#attribute(headerNames.reason);
  }

  get causationId(): string | undefined {
    return this.#attribute(headerNames.causationId);
  }

  get traceparent(): string | undefined {
    return this.#attribute(headerNames.traceparent);
  }

  get undoes(): string | undefined {
    return this.#attribute(headerNames.undoes);
  }

  get plan(): string | undefined {
    return this.#attribute(headerNames.plan);
  }

  #attribute(name: string): string | undefined {
    return bounded(this.#header(name)) || undefined;
  }
}

/** A header may be as long as the broker takes; what is copied into the view must not grow with it. */
function bounded<Text extends string | undefined>(text: Text): Text {
  const max = limits.attributeLengthMax;
  return text !== undefined && text.length > max ? (text.slice(0, max) as Text) : text;
}

function malformed(reason: string): Decoded {
  return { kind: 'rejected', rejection: { code: 'ROLLCALL_EVENT_MALFORMED', reason } };
}

function contradicts(reason: string): Decoded {
  return { kind: 'rejected', rejection: { code: 'ROLLCALL_EVENT_CONTRADICTS_SUBJECT', reason } };
}

/**
 * The view key an event writes to: what operators and the watchman say is joined into the instance.
 * @param key the aggregate's own key, where it is at hand
 */
export function viewKeyOf(aggregate: AggregateId, key?: string): string {
  if (aggregate.kind === 'override' || aggregate.kind === 'verdict') {
    return aggregateKey({ ...aggregate, kind: 'instance' });
  }
  return key ?? aggregateKey(aggregate);
}
