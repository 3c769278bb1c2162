import {
  type Decoded,
  decodeEvent,
  errorText,
  isRollcallError,
  limits,
  type PositionRecord,
  type QuarantineRecord,
  type RawEvent,
  type Rejection,
  type RegistryEvent,
  viewKeyOf,
  viewKeys,
} from '#contracts';
import {
  describeChange,
  evolve,
  fromTime,
  mayBeForgotten,
  toTime,
  type ViewEntry,
  type ViewTable,
} from '#domain';
import type { Clock } from '../ports/clock.js';
import type { Journal, OpenReader } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { ViewBucket, ViewReplica, ViewWriter } from '../ports/view-bucket.js';
import { Beacon } from './beacon.js';
import { type PendingWrite, WriteQueue } from './write-queue.js';

export interface TermParts {
  readonly journal: Journal;
  readonly bucket: ViewBucket;
  readonly replica: ViewReplica;
  readonly table: ViewTable;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of each event after it is folded; for metrics. */
  readonly onFolded?: (outcome: Decoded['kind'] | 'refused', type: string | undefined) => void;
  /** Another projector wrote the view, or the bucket went back: this term is over. */
  readonly onTermLost: (error: Error) => void;
}

/**
 * One term of leadership: takes the view over as the bucket holds it, folds the journal from the stored
 * position on, writes what changed, then the position. Every write carries the revision it replaces, so that
 * a leader that slept through its own deposition changes nothing.
 */
export class ProjectorTerm {
  readonly #parts: TermParts;
  readonly #queue = new WriteQueue();
  readonly #writer: ViewWriter;
  #beacon: Beacon;
  #reader: OpenReader | undefined;
  #folded = { sequence: 0, atMs: 0 };
  #position = 0;
  #quarantined = 0;
  #positionAtMs = -Infinity;
  #positionRevision = 0;
  #isFullBeaconDue = true;
  #isWriting = false;
  #hasWritten = false;
  #isOver = false;
  #cancelTick: () => void = () => undefined;

  constructor(parts: TermParts) {
    this.#parts = parts;
    this.#writer = parts.bucket.openWriter();
    this.#beacon = new Beacon(parts.table);
  }

  /** Every event up to here is in the bucket. */
  get position(): number {
    return this.#position;
  }

  /** Whether the bucket has taken anything from this term yet. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** Events folded into memory. */
  get foldedTo(): number {
    return this.#folded.sequence;
  }

  async begin(): Promise<void> {
    const stored = await this.#parts.replica.takeOver();
    if (this.#isOver) return;
    this.#beacon = new Beacon(this.#parts.table);
    const { record, revision } = stored;
    this.#positionRevision = revision;
    this.#position = record?.position ?? 0;
    this.#quarantined = record?.quarantined ?? 0;
    this.#folded = { sequence: this.#position, atMs: record === undefined ? 0 : fromTime(record.at) };
    this.#parts.log.info('leading the projection', {
      position: this.#position,
      keys: this.#parts.table.size,
    });
    this.#reader = await this.#parts.journal.follow(this.#position + 1, (raw) => this.#onEvent(raw));
    if (this.#isOver) {
      this.#reader.close();
      return;
    }
    this.#tick();
    // At once, so that everybody hears that the view is led again.
    if (!this.#isWriting) void this.#beat();
  }

  /** Ends the term. What is folded and not yet written is written by the next leader. */
  end(): void {
    this.#isOver = true;
    this.#cancelTick();
    this.#reader?.close();
    this.#writer.close();
  }

  #onEvent(raw: RawEvent): void {
    if (this.#isOver || raw.sequence <= this.#folded.sequence) return;
    this.#folded = { sequence: raw.sequence, atMs: raw.atMs };
    const decoded = decodeEvent(raw);
    let outcome: Decoded['kind'] | 'refused' = decoded.kind;
    if (decoded.kind === 'rejected') this.#setAside(raw, decoded.rejection);
    else if (decoded.kind === 'event' && !this.#apply(raw, decoded.event)) outcome = 'refused';
    this.#parts.onFolded?.(outcome, decoded.kind === 'event' ? decoded.event.type : undefined);
    if (!this.#isWriting) void this.#write();
  }

  /** Folds one readable event into the table. False when its aggregate's rules refuse it. */
  #apply(raw: RawEvent, event: RegistryEvent): boolean {
    const key = viewKeyOf(event.aggregate, raw.key);
    const before = this.#parts.table.get(key)?.entry;
    const evolved = evolve(before, event);
    if (evolved.kind === 'changed') {
      this.#parts.table.put(key, evolved.entry);
      this.#queue.push({ kind: 'record', key, before, after: evolved.entry });
    } else if (evolved.kind === 'refused') this.#setAside(raw, evolved.rejection, event);
    return evolved.kind !== 'refused';
  }

  #setAside(raw: RawEvent, rejection: Rejection, event?: RegistryEvent): void {
    this.#quarantined += 1;
    const record: QuarantineRecord = {
      sequence: raw.sequence,
      at: toTime(raw.atMs),
      subject: raw.key,
      code: rejection.code,
      reason: rejection.reason,
      ...(event === undefined ? {} : { type: event.type, id: event.id }),
      ...(event?.actor === undefined ? {} : { actor: event.actor }),
    };
    this.#queue.push({
      kind: 'quarantine',
      key: viewKeys.quarantine(raw.sequence % limits.quarantineSlots),
      record,
    });
    this.#parts.log.warn('set an event aside', { ...record });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (!this.#isOver) {
        const batch = this.#queue.take(limits.projectorBatchMax);
        if (batch.length === 0 && this.#position >= this.#folded.sequence) break;
        await Promise.all(batch.map((write) => this.#writeOne(write)));
        const isIdle = this.#queue.length === 0;
        const sincePositionMs = this.#parts.clock.monotonicMs() - this.#positionAtMs;
        if (isIdle || sincePositionMs >= limits.positionMsMin) await this.#writePosition();
      }
    } catch (error) {
      if (!this.#isOver) this.#lose(error as Error);
    } finally {
      this.#isWriting = false;
    }
  }

  async #writeOne(write: PendingWrite): Promise<void> {
    if (write.kind === 'quarantine') {
      await this.#writer.write({ key: write.key, value: write.record });
      return;
    }
    const slot = this.#parts.table.get(write.key);
    const value = describeChange(write.before, write.after);
    // Summed up before the ack: the beacon follows on the same connection, after this message.
    this.#beacon.told(write.key, write.before, write.after);
    const revision = await this.#writer.write({
      key: write.key,
      value,
      expectedRevision: slot?.bucketRevision ?? 0,
      ...tombstoneLife(write.after),
    });
    if (slot !== undefined) slot.bucketRevision = Math.max(slot.bucketRevision, revision);
  }

  async #writePosition(): Promise<void> {
    const oldest = this.#queue.oldestSequence();
    const position = oldest === undefined ? this.#folded.sequence : Math.max(this.#position, oldest - 1);
    const record: PositionRecord = {
      position,
      at: toTime(this.#folded.atMs),
      // Up to this position, like everything else here: the next leader counts the later ones again.
      quarantined: this.#quarantined - this.#queue.quarantineLength,
      ...this.#beacon.sums(this.#isFullBeaconDue),
    };
    this.#isFullBeaconDue = false;
    this.#positionAtMs = this.#parts.clock.monotonicMs();
    const write = { key: viewKeys.position, value: record, expectedRevision: this.#positionRevision };
    this.#positionRevision = await this.#writer.write(write);
    this.#position = position;
    this.#hasWritten = true;
  }

  /** Once a second also when nothing happens: a beacon tells consumers that silence is not loss. */
  #tick(): void {
    this.#cancelTick = this.#parts.clock.after(limits.positionMsMax, () => {
      if (this.#isOver) return;
      this.#tick();
      this.#isFullBeaconDue = true;
      if (!this.#isWriting) void this.#beat();
    });
  }

  async #beat(): Promise<void> {
    this.#isWriting = true;
    try {
      await this.#writePosition();
    } catch (error) {
      if (!this.#isOver) this.#lose(error as Error);
    } finally {
      this.#isWriting = false;
    }
    if (!this.#isOver && this.#queue.length > 0) void this.#write();
  }

  #lose(error: Error): void {
    const code = isRollcallError(error) ? error.code : undefined;
    this.#parts.log.warn('lost the projection', { code, error: errorText(error) });
    this.end();
    this.#parts.onTermLost(error);
  }
}

/** A tombstone ages out; one that carries an operator's override stays, because the override does. */
function tombstoneLife(entry: ViewEntry): { ttlMs?: number } {
  return mayBeForgotten(entry) ? { ttlMs: limits.tombstoneMs + limits.tombstoneSlackMs } : {};
}
