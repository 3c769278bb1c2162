import {
  aggregateKey,
  decodeEvent,
  type Departure,
  eventTypes,
  type InstanceAggregateId,
  type InstanceEvent,
  type InstanceView,
  type PositionRecord,
  quote,
  RollcallError,
  type ViewRecord,
  viewKeys,
} from '#contracts';
import { asSaidFirst, type LastMessage, lastMessage } from '#nats';
import type { ClientPlace } from '../client/place.js';
import { rivalOf } from './rival.js';

/** Who holds an instance id now, as far as journal and view tell. */
export interface Claim {
  /** The highest incarnation known; 0 when nobody ever registered. */
  readonly incarnation: number;
  /** Sequence of the last message on the subject, readable or not: what a compare-and-set expects. */
  readonly sequence: number;
  /** The last event, when it can be read. */
  readonly last?: Pick<InstanceEvent, 'type' | 'source' | 'actor' | 'reason'> & {
    readonly incarnation: number;
  };
  /** Why the view shows this incarnation as gone. */
  readonly departure?: Departure;
  /** The incarnation to take next: above every one that was registered or evicted. */
  readonly next: number;
  /** False when the view knows nothing of this id, not even that it has gone. */
  readonly isInView: boolean;
}

/**
 * Reads the claim on an instance id. The last event alone does not do: it may be one the projector refused, and
 * then the count of incarnations must not go back.
 */
export async function readClaim(place: ClientPlace, aggregate: InstanceAggregateId): Promise<Claim> {
  const { manager, streams, subjects } = place;
  const [last, viewed] = await Promise.all([
    lastMessage(manager, streams.journal, subjects.journal(aggregate)).then(
      (last) => last && asSaidFirst(last),
    ),
    lastMessage(manager, streams.view, streams.viewSubjects + aggregateKey(aggregate)),
  ]).catch((error: Error) => {
    throw withoutRegistry(error, place);
  });
  return claimOf(last && instanceEventOf(last, aggregate), last?.sequence ?? 0, viewed && readView(viewed));
}

function claimOf(event: InstanceEvent | undefined, sequence: number, view: Viewed | undefined): Claim {
  const evicted = view?.override?.evictedIncarnation ?? 0;
  const incarnation = Math.max(event?.data.incarnation ?? 0, view?.incarnation ?? 0);
  const departure = view?.incarnation === incarnation ? view.departure : undefined;
  return {
    incarnation,
    next: Math.max(incarnation, evicted) + 1,
    sequence,
    isInView: view !== undefined,
    ...(event === undefined ? {} : { last: lastOf(event) }),
    ...(departure === undefined ? {} : { departure }),
  };
}

/** A stream nobody answers for is not there: no registry ever ran on this broker, or it is just starting. */
function withoutRegistry(error: Error, { streams }: ClientPlace): Error {
  if (!/no responders/i.test(error.message)) return error;
  return new RollcallError(
    'ROLLCALL_UNAVAILABLE',
    `nobody answers for the stream ${quote(streams.journal)}`,
    {
      action: 'Start a registry on this broker, or check the prefix and the JetStream domain.',
      cause: error,
    },
  );
}

/** The event behind a message on an instance's subject; undefined when it cannot be read. */
export function instanceEventOf(
  message: LastMessage,
  aggregate: InstanceAggregateId,
): InstanceEvent | undefined {
  const text = message.text();
  const decoded = decodeEvent({
    sequence: message.sequence,
    atMs: message.atMs,
    key: aggregateKey(aggregate),
    bytes: text.length,
    header: (name) => message.headers.get(name) || undefined,
    text: () => text,
  });
  return decoded.kind === 'event' ? (decoded.event as InstanceEvent) : undefined;
}

function lastOf({ type, source, actor, reason, data }: InstanceEvent): Claim['last'] {
  const said = { ...(source && { source }), ...(actor && { actor }), ...(reason && { reason }) };
  return { type, incarnation: data.incarnation, ...said };
}

/** How far the view has come, in journal sequences. */
export async function readPosition({ manager, streams }: ClientPlace): Promise<number> {
  const message = await lastMessage(manager, streams.view, streams.viewSubjects + viewKeys.position);
  try {
    return message === undefined ? 0 : (JSON.parse(message.text()) as PositionRecord).position;
  } catch {
    return 0;
  }
}

type Viewed = Pick<InstanceView, 'incarnation' | 'departure' | 'override'>;

function readView(message: LastMessage): Viewed | undefined {
  try {
    return (JSON.parse(message.text()) as ViewRecord<InstanceView>).record;
  } catch {
    return undefined;
  }
}

type LastClaim = Pick<Claim, 'incarnation' | 'sequence' | 'last'>;

/** What a registration knows of itself. */
export interface OwnClaim {
  readonly service: string;
  readonly instance: string;
  readonly incarnation: number;
  /** Sequence of the last event this registration wrote. */
  readonly sequence: number;
}

/**
 * The error that ends a registration, given who holds the id now; undefined while it is still its own. An event
 * of an older incarnation, or one that cannot be read, takes nothing away: the projector sets it aside.
 */
export function lossOf(own: OwnClaim, claim: LastClaim): RollcallError | undefined {
  const { last } = claim;
  const id = `instance ${quote(own.instance)} of service ${quote(own.service)}`;
  const { incarnation: newest, ...rival } = rivalOf(claim.incarnation, last);
  const details = { incarnation: own.incarnation, newest, ...rival };
  const isLater = claim.sequence > own.sequence && last?.incarnation === own.incarnation;
  if (claim.incarnation > own.incarnation || (isLater && last?.type === eventTypes.instanceRegistered)) {
    const by = last?.incarnation === claim.incarnation ? ` by ${naming(claim)}` : '';
    const text = `${id}: incarnation ${own.incarnation} was superseded by ${claim.incarnation}, registered${by}`;
    return new RollcallError('ROLLCALL_SUPERSEDED', text, { details });
  }
  if (isLater && last?.type === eventTypes.instanceDeregistered) {
    const reason = last.reason === undefined ? '' : ` (${last.reason})`;
    return new RollcallError(
      'ROLLCALL_NOT_REGISTERED',
      `${id} was deregistered by ${naming(claim)}${reason}`,
      { details },
    );
  }
  return undefined;
}

function naming({ last }: LastClaim): string {
  const { source, actor } = last ?? {};
  if (actor !== undefined && source !== undefined) return `${quote(actor)} at ${quote(source)}`;
  const known = actor ?? source;
  return known === undefined ? 'somebody who gave no name' : quote(known);
}
