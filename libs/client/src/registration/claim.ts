import {
  aggregateKey,
  decodeEvent,
  type Departure,
  eventTypes,
  type InstanceAggregateId,
  type InstanceEvent,
  type InstanceView,
  quote,
  RollcallError,
  type ViewRecord,
} from '#contracts';
import { type LastMessage, lastMessage } from '#nats';
import type { ClientPlace } from '../client/place.js';

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
}

/**
 * Reads the claim on an instance id. The last event alone does not do: it may be one the projector refused, and
 * then the count of incarnations must not go back.
 */
export async function readClaim(place: ClientPlace, aggregate: InstanceAggregateId): Promise<Claim> {
  const { manager, streams, subjects } = place;
  const [last, viewed] = await Promise.all([
    lastMessage(manager, streams.journal, subjects.journal(aggregate)),
    lastMessage(manager, streams.view, streams.viewSubjects + aggregateKey(aggregate)),
  ]).catch((error: Error) => {
    throw withoutRegistry(error, place);
  });
  const event = last === undefined ? undefined : readEvent(last, aggregate);
  const view = viewed === undefined ? undefined : readView(viewed);
  const incarnation = Math.max(event?.incarnation ?? 0, view?.incarnation ?? 0);
  const departure = view?.incarnation === incarnation ? view.departure : undefined;
  return {
    incarnation,
    sequence: last?.sequence ?? 0,
    ...(event === undefined ? {} : { last: event }),
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

function readEvent(message: LastMessage, aggregate: InstanceAggregateId): Claim['last'] {
  const text = message.text();
  const decoded = decodeEvent({
    sequence: message.sequence,
    atMs: message.atMs,
    key: aggregateKey(aggregate),
    bytes: text.length,
    header: (name) => message.headers.get(name) || undefined,
    text: () => text,
  });
  if (decoded.kind !== 'event') return undefined;
  const { type, source, actor, reason, data } = decoded.event as InstanceEvent;
  const said = { ...(source && { source }), ...(actor && { actor }), ...(reason && { reason }) };
  return { type, incarnation: data.incarnation, ...said };
}

function readView(message: LastMessage): Pick<InstanceView, 'incarnation' | 'departure'> | undefined {
  try {
    return (JSON.parse(message.text()) as ViewRecord<InstanceView>).record;
  } catch {
    return undefined;
  }
}

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
export function lossOf(own: OwnClaim, claim: Claim): RollcallError | undefined {
  const { last } = claim;
  const id = `instance ${quote(own.instance)} of service ${quote(own.service)}`;
  const details = { incarnation: own.incarnation, newest: claim.incarnation, ...whoIs(claim) };
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

function whoIs({ last }: Claim): { readonly source?: string; readonly actor?: string } {
  return { ...(last?.source && { source: last.source }), ...(last?.actor && { actor: last.actor }) };
}

function naming(claim: Claim): string {
  const { source, actor } = whoIs(claim);
  if (actor !== undefined && source !== undefined) return `${quote(actor)} at ${quote(source)}`;
  const known = actor ?? source;
  return known === undefined ? 'somebody who gave no name' : quote(known);
}
