import type { Endpoint, InstanceRecord, RollcallError, Status } from '#contracts';
import type { LeaseChoice } from '../rules/lease-choice.js';
import type { Rival } from './rival.js';

/** An endpoint; without an address it gets the advertised one, without a port the advertised one if known. */
export type EndpointInput = Endpoint;

/** What is said about an instance at registration. */
export interface RegistrationInput {
  readonly service: string;
  /** Default: ROLLCALL_INSTANCE, else host name and port. */
  readonly instance?: string;
  /** Semantic version of the running software. */
  readonly version: string;
  /** Default `up`. Say `starting` and update to `up` when requests can be answered. */
  readonly status?: Status;
  /** Default none: an instance that only calls others. */
  readonly endpoints?: readonly EndpointInput[];
  readonly zone?: string;
  readonly region?: string;
  /** 0 to 1000, default 100. */
  readonly weight?: number;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Default `lan`. */
  readonly lease?: LeaseChoice;
  readonly startedAt?: string;
  /**
   * An event loop that is held up for longer than this makes the status `overloaded` until it turns again, in ms,
   * 100 or more. Default: it does not; the delay stands in every heartbeat all the same.
   */
  readonly overloadedAfterMs?: number;
  /** Why, as the journal shows it. */
  readonly reason?: string;
}

/** What may change while an instance runs. Absent fields stay as they are. */
export type RegistrationUpdate = Partial<
  Pick<
    RegistrationInput,
    'version' | 'status' | 'endpoints' | 'zone' | 'region' | 'weight' | 'tags' | 'metadata' | 'reason'
  >
>;

export interface RegistrationHandlers {
  /**
   * The registration is over and nobody here asked for it: ROLLCALL_SUPERSEDED when a newer incarnation took the
   * id, ROLLCALL_NOT_REGISTERED when somebody deregistered it. It beats no more and never comes back by itself; a
   * deregistration that is undone revives it.
   */
  readonly onLost?: (error: RollcallError) => void;
  /**
   * The registry had given this instance up although it lives, so it registered again as a new incarnation; or its
   * deregistration by somebody else was undone, and it goes on as the incarnation it was.
   */
  readonly onRevived?: (incarnation: number) => void;
  /**
   * The id was taken from a process that was alive: two processes are configured with one id. The other one is
   * told by its `onLost`, and stops.
   */
  readonly onRival?: (rival: Rival) => void;
}

/** A record without the incarnation that registering takes. */
export type RecordDraft = Omit<InstanceRecord, 'incarnation'>;
