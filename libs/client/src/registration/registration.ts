import type { Msg, Subscription } from '@nats-io/nats-core';
import {
  type EventType,
  eventTypes,
  type InstanceAggregateId,
  type InstanceRecord,
  isRollcallError,
  limits,
  quote,
  RollcallError,
} from '#contracts';
import { watchConnection } from '#nats';
import type { ClientPlace } from '../client/place.js';
import type { Heart } from '../heart/heart.js';
import type { Standing } from '../heart/order.js';
import { patiently } from '../patiently.js';
import { type Claim, lossOf, readClaim } from './claim.js';
import { patchRecord } from './draft.js';
import { drain, type Drained, type DrainOptions } from './drain.js';
import type { RegistrationHandlers, RegistrationUpdate } from './input.js';
import { recallOf } from './recall.js';
import { removalOf, ReturnBrake } from './removal.js';
import { SerialQueue } from './serial-queue.js';
import { sign, type Signature } from './signature.js';
import { type Taken, takeIncarnation } from './take.js';
import { isNewsAbout } from './told.js';

export interface RegistrationParts {
  readonly place: ClientPlace;
  readonly aggregate: InstanceAggregateId;
  readonly signature: Signature;
  /** For endpoints that say no address or port of their own. */
  readonly advertised: { readonly address: string; readonly port?: number | undefined };
  readonly handlers: RegistrationHandlers;
  /** `onWritten` is told when the heart itself has changed the status. */
  readonly startHeart: (standing: Standing, onWritten: (standing: Standing) => void) => Heart;
  /** Resolves when the view reflects a sequence. */
  readonly reached: (sequence: number, timeoutMs: number) => Promise<void>;
  readonly callsInFlight: () => number | undefined;
  readonly onTrouble: (error: Error) => void;
  /** What the instance says of itself has changed. */
  readonly onWritten: (registration: Registration) => void;
  readonly onEnd: (registration: Registration) => void;
  /** It was ended by somebody else, and goes on. */
  readonly onRecalled: (registration: Registration) => void;
}

/** Other writes wait while it is looked, so not for too long at a time. */
const LOOK_MS = 1_000;
/** A cluster needs seconds to choose a new leader of the journal; who cannot look for longer is in trouble. */
const TROUBLE_AFTER_MS = 15_000;
/** What was told may have been lost on its way; it is looked after now and then, more or less so often. */
const LOOK_EVERY_MS = 60_000;

/**
 * One registered instance, kept alive by heartbeats until it deregisters or is lost. Its writes follow each other,
 * each guarded by the sequence of the one before.
 */
export class Registration {
  readonly #parts: RegistrationParts;
  readonly #writes = new SerialQueue();
  readonly #subscription: Subscription;
  readonly #stopWatching: () => void;
  readonly #brake = new ReturnBrake();
  readonly #rounds: NodeJS.Timeout;
  #taken: Taken;
  #writtenAtMs = performance.now();
  /** The status `overloaded` is the heart's word, not the app's. */
  #isOverloadSaid = false;
  #heart: Heart | undefined;
  #ended: RollcallError | undefined;
  /** Somebody else said good-bye for it. It listens on, because that can be undone. */
  #isRecallable = false;

  constructor(parts: RegistrationParts, taken: Taken) {
    this.#parts = parts;
    this.#taken = taken;
    const { connection, subjects } = parts.place;
    this.#subscription = connection.subscribe(subjects.discovery(parts.aggregate), {
      callback: (error, message) => {
        if (error === null) this.#onTold(message);
      },
    });
    this.#stopWatching = watchConnection(connection, { onReconnect: () => this.#look() });
    this.#rounds = setInterval(() => this.#look(), LOOK_EVERY_MS * (0.75 + Math.random() / 2)).unref();
  }

  /** The record as it was last written. */
  get record(): InstanceRecord {
    return this.#taken.record;
  }

  /** Which start of this instance this is. */
  get incarnation(): number {
    return this.#taken.record.incarnation;
  }

  /** Journal sequence of the last event of this registration; a read can demand it by `atLeast`. */
  get sequence(): number {
    return this.#taken.sequence;
  }

  get isActive(): boolean {
    return this.#ended === undefined;
  }

  /** Time since the last acknowledged heartbeat, in ms; undefined when it never beats. */
  get silentMs(): number | undefined {
    return this.#heart?.silentMs;
  }

  /** Begins to beat for the present incarnation, at once. */
  startHeart(): void {
    this.#heart?.stop();
    this.#heart = this.#parts.startHeart(this.#taken, (standing) => this.#onHeartWrote(standing));
  }

  /**
   * Changes what is said about the instance. Returns the sequence of the event.
   * @throws ROLLCALL_RECORD_INVALID, ROLLCALL_SUPERSEDED, ROLLCALL_NOT_REGISTERED
   */
  update(update: RegistrationUpdate): Promise<number> {
    return this.#writes.run(async () => {
      const record = patchRecord(this.record, update, this.#parts.advertised);
      await this.#write(eventTypes.instanceUpdated, record, update.reason);
      return this.sequence;
    });
  }

  /** Tells callers to go elsewhere and waits until they have, for a while. It can be updated to `up` again. */
  drain(options: DrainOptions = {}): Promise<Drained> {
    const { reason } = options;
    const { reached, callsInFlight } = this.#parts;
    const announce = (): Promise<number> =>
      this.update({ status: 'draining', ...(reason === undefined ? {} : { reason }) });
    return drain({ announce, reached, callsInFlight }, options);
  }

  /** Says good-bye. Does nothing when the registration is over already: the id may belong to another by now. */
  deregister(reason?: string): Promise<void> {
    return this.#writes.run(async () => {
      if (this.#ended !== undefined) {
        this.#leave();
        return;
      }
      try {
        await this.#write(eventTypes.instanceDeregistered, { ...this.record, status: 'down' }, reason);
      } catch (error) {
        if (this.isActive) throw error;
        return;
      }
      this.#end(new RollcallError('ROLLCALL_NOT_REGISTERED', `${this.#name()} has deregistered`));
    });
  }

  /** Stops beating without saying good-bye, as a crash would. */
  abandon(): void {
    this.#isRecallable = false;
    if (this.isActive)
      this.#end(new RollcallError('ROLLCALL_NOT_REGISTERED', `${this.#name()} was abandoned`));
  }

  async #write(type: EventType, data: InstanceRecord, reason?: string): Promise<void> {
    const { place, aggregate, signature } = this.#parts;
    let expectedRevision = this.sequence;
    for (let left: number = limits.registerConflictAttemptsMax; ; left -= 1) {
      if (this.#ended !== undefined) throw this.#ended;
      try {
        const record = { ...data, incarnation: this.incarnation };
        const event = { ...sign(signature, type, reason), aggregate, data: record };
        const sequence = await place.writer.append(event, { expectedRevision });
        this.#onWrote({ record, sequence });
        return;
      } catch (error) {
        if (left <= 1 || !isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) throw error;
        expectedRevision = await this.#checkClaim();
      }
    }
  }

  /** Somebody may have taken the id. Ends the registration if so; else returns the revision to build on. */
  async #checkClaim(): Promise<number> {
    const claim = await readClaim(this.#parts.place, this.#parts.aggregate);
    const own = { ...this.#parts.aggregate, incarnation: this.incarnation, sequence: this.sequence };
    const loss = lossOf(own, claim);
    if (loss !== undefined) {
      this.#lose(loss);
      return claim.sequence;
    }
    const removal = await removalOf(this.#parts.place, { ...own, writtenAtMs: this.#writtenAtMs }, claim);
    if (removal !== undefined) await this.#comeBack(removal);
    return Math.max(claim.sequence, this.sequence);
  }

  /** What the view says of this id. Only a hint to look at the journal: own writes show up here as well. */
  #onTold(message: Msg): void {
    if ((this.isActive || this.#isRecallable) && isNewsAbout(this, message)) this.#look();
  }

  /** Looks until it has seen: a broker that is just back may need a moment to answer for its streams. */
  #look(sinceMs = performance.now()): void {
    this.#writes
      .run(async () => {
        if (this.isActive) await patiently(() => this.#checkClaim(), LOOK_MS);
        else if (this.#isRecallable) await patiently(() => this.#checkRecall(), LOOK_MS);
      })
      .catch((error: Error) => {
        const looksAgain = isRollcallError(error) && error.retryable && this.isActive;
        if (!looksAgain || performance.now() - sinceMs >= TROUBLE_AFTER_MS) this.#parts.onTrouble(error);
        if (looksAgain) this.#look(sinceMs);
      });
  }

  /**
   * The registry gave this instance up, and it lives: after a long pause, say. Its id is still its own, so it
   * takes the next incarnation. A superseded one never gets here.
   */
  async #comeBack(removal: string): Promise<void> {
    const waitMs = this.#brake.waitMs(performance.now());
    if (waitMs > 0) {
      setTimeout(() => this.#look(), waitMs).unref();
      return;
    }
    const { place, aggregate, signature, handlers } = this.#parts;
    const { incarnation: own, ...draft } = this.record;
    if (this.#isOverloadSaid) draft.status = 'up';
    let loss: RollcallError | undefined;
    const refuse = (claim: Claim): RollcallError | undefined =>
      (loss = lossOf({ ...aggregate, incarnation: own, sequence: this.sequence }, claim));
    const reason = `incarnation ${own} ${removal} and is alive`;
    try {
      const order = { aggregate, draft, signature, reason, refuse, after: own };
      this.#onWrote(await takeIncarnation(place, order));
    } catch (error) {
      if (loss === undefined) throw error;
      this.#lose(loss);
      return;
    }
    this.#brake.onReturned(performance.now());
    this.startHeart();
    handlers.onRevived?.(this.incarnation);
  }

  /** The good-bye may have been taken back: then it beats again, as the incarnation it was. */
  async #checkRecall(): Promise<void> {
    const { place, aggregate, handlers, onRecalled } = this.#parts;
    if (place.connection.isClosed()) return this.#leave();
    const claim = await readClaim(place, aggregate);
    const recall = recallOf(this, claim);
    if (recall === 'superseded') this.#leave();
    if (recall !== 'back') return;
    this.#isRecallable = false;
    this.#ended = undefined;
    this.#taken = { record: this.record, sequence: claim.sequence };
    this.#writtenAtMs = performance.now();
    onRecalled(this);
    this.startHeart();
    handlers.onRevived?.(this.incarnation);
  }

  #onWrote(taken: Taken): void {
    this.#taken = taken;
    this.#writtenAtMs = performance.now();
    if (taken.record.status !== 'overloaded') this.#isOverloadSaid = false;
    this.#heart?.stands(taken);
    this.#parts.onWritten(this);
  }

  /** The heart has said on another thread that the event loop is held up, or that it turns again. */
  #onHeartWrote(standing: Standing): void {
    if (standing.record.incarnation !== this.incarnation || standing.sequence <= this.sequence) return;
    this.#taken = standing;
    this.#isOverloadSaid = standing.record.status === 'overloaded';
  }

  #lose(loss: RollcallError): void {
    this.#isRecallable = loss.code === 'ROLLCALL_NOT_REGISTERED';
    this.#end(loss);
    this.#parts.handlers.onLost?.(loss);
  }

  #end(error: RollcallError): void {
    this.#ended = error;
    this.#heart?.stop();
    if (!this.#isRecallable) this.#leave();
    this.#parts.onEnd(this);
  }

  /** Hears nothing more. */
  #leave(): void {
    this.#isRecallable = false;
    clearInterval(this.#rounds);
    this.#stopWatching();
    this.#subscription.unsubscribe();
  }

  #name(): string {
    const { service, instance } = this.#parts.aggregate;
    return `instance ${quote(instance)} of service ${quote(service)}`;
  }
}
