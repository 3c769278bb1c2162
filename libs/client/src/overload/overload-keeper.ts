import type { NatsConnection } from '@nats-io/nats-core';
import {
  createStreamNames,
  createSubjects,
  eventTypes,
  type InstanceRecord,
  isRollcallError,
  type Status,
} from '#contracts';
import { JournalWriter } from '#nats';
import { monotonicMs } from '../heart/clock.js';
import type { LagWindow } from '../heart/loop-lag.js';
import type { OverloadOrder, Standing } from '../heart/order.js';
import { instanceEventOf } from '../registration/claim.js';
import { sign } from '../registration/signature.js';
import { OverloadRule } from './overload-rule.js';

const CHECKS_PER_LIMIT = 10;
const CHECK_MS_MIN = 20;
const CHECK_MS_MAX = 200;
/** A write that failed is tried again, but not with every look at the loop. */
const WRITE_APART_MS = 1_000;

export interface OverloadKeeperParts {
  readonly place: {
    readonly connection: NatsConnection;
    readonly prefix: string;
    readonly domain?: string | undefined;
  };
  readonly order: OverloadOrder;
  readonly lag: LagWindow;
  /** A keeper before this one said what stands now. */
  readonly isSaid: boolean;
  /** The instance says of itself what it did not say before. */
  readonly onWritten: (standing: Standing) => void;
  readonly onTrouble: (text: string) => void;
}

/**
 * Says of an instance that it is overloaded while its event loop is held up, and takes it back. It runs on the
 * heart's thread, because the main one cannot say anything at that time, and writes what the main thread would
 * write: guarded by the same revision, signed by the same process. It touches the status `up` only, and takes back
 * only what it said itself.
 */
export class OverloadKeeper {
  readonly #parts: OverloadKeeperParts;
  readonly #writer: JournalWriter;
  readonly #rule: OverloadRule;
  readonly #timer: NodeJS.Timeout;
  readonly #checkMs: number;
  #standing: Standing;
  /** A keeper said `overloaded`, and that is what stands. */
  #isSaid: boolean;
  #isWriting = false;
  #triedAtMs = -Infinity;
  #checkedAtMs = monotonicMs();
  #awakeSinceMs = monotonicMs();

  constructor(parts: OverloadKeeperParts) {
    this.#parts = parts;
    const { connection, prefix, domain } = parts.place;
    this.#writer = new JournalWriter({
      connection,
      subjects: createSubjects(prefix),
      streams: createStreamNames(prefix),
      ...(domain === undefined ? {} : { domain }),
    });
    const { afterMs, standing } = parts.order;
    this.#standing = standing;
    this.#isSaid = parts.isSaid;
    this.#rule = new OverloadRule(afterMs);
    this.#checkMs = Math.min(CHECK_MS_MAX, Math.max(CHECK_MS_MIN, afterMs / CHECKS_PER_LIMIT));
    this.#timer = setInterval(() => this.#check(), this.#checkMs);
  }

  /** The main thread has written something. */
  stands(standing: Standing): void {
    if (standing.sequence <= this.#standing.sequence) return;
    this.#standing = standing;
    if (standing.record.status !== 'overloaded') this.#isSaid = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#parts.lag.close();
    this.#writer.close();
  }

  #check(): void {
    const nowMs = monotonicMs();
    // This thread was stopped with all the others: what they missed meanwhile is no load.
    if (nowMs - this.#checkedAtMs > 2 * this.#checkMs + 500) this.#awakeSinceMs = nowMs;
    this.#checkedAtMs = nowMs;
    const lagMs = this.#parts.lag.take();
    const state = this.#rule.observe({ nowMs, lagMs, awakeSinceMs: this.#awakeSinceMs });
    const { status } = this.#standing.record;
    if (state === 'overloaded' && status === 'up') {
      const { afterMs } = this.#parts.order;
      void this.#say('overloaded', `the event loop is held up for more than ${afterMs} ms`);
    } else if (state === 'well' && status === 'overloaded' && this.#isSaid) {
      void this.#say('up', 'the event loop turns again');
    }
  }

  async #say(status: Status, reason: string): Promise<void> {
    const nowMs = monotonicMs();
    if (this.#isWriting || nowMs - this.#triedAtMs < WRITE_APART_MS) return;
    this.#isWriting = true;
    this.#triedAtMs = nowMs;
    const { record, sequence } = this.#standing;
    try {
      await this.#write({ ...record, status }, sequence, reason);
      this.#triedAtMs = -Infinity;
    } catch (error) {
      if (isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) await this.#readStanding();
      else this.#parts.onTrouble(`saying that the instance is ${status}: ${(error as Error).message}`);
    } finally {
      this.#isWriting = false;
    }
  }

  async #write(data: InstanceRecord, expectedRevision: number, reason: string): Promise<void> {
    const { aggregate, signature } = this.#parts.order;
    const event = { ...sign(signature, eventTypes.instanceUpdated, reason), aggregate, data };
    const sequence = await this.#writer.append(event, { expectedRevision });
    this.#isSaid = data.status === 'overloaded';
    this.#standing = { record: data, sequence };
    this.#parts.onWritten(this.#standing);
  }

  /** Somebody wrote meanwhile. Builds on it when it was the main thread; the next look decides anew. */
  async #readStanding(): Promise<void> {
    const { aggregate } = this.#parts.order;
    const last = await this.#writer.last(aggregate).catch(() => undefined);
    const event = last === undefined ? undefined : instanceEventOf(last, aggregate);
    const isOwn = event?.data.incarnation === this.#standing.record.incarnation;
    if (event === undefined || !isOwn || event.type === eventTypes.instanceDeregistered) return;
    this.stands({ record: event.data, sequence: event.sequence });
  }
}
