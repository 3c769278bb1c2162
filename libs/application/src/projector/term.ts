import {
  type Decoded,
  decodeEvent,
  errorText,
  isRollcallError,
  type JournalMark,
  limits,
  type PositionRecord,
  type QuarantineRecord,
  type RawEvent,
  type Rejection,
  type RegistryEvent,
  viewKeyOf,
  viewKeys,
} from '#contracts';
import { type Evolved, evolve, fromTime, toTime, type ViewTable } from '#domain';
import { configRefusal } from '../config/refusal.js';
import type { Clock } from '../ports/clock.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import { snapshotBehind } from '../history/snapshot-behind.js';
import type { ViewBucket, ViewReplica, ViewWriter } from '../ports/view-bucket.js';
import { Beacon } from './beacon.js';
import { Outbox } from './outbox.js';
import { PacedReader } from './paced-reader.js';
import { assertSameJournal, JournalGuard } from './same-journal.js';

export interface TermParts {
  readonly journal: Journal;
  /** Stand for what was cut off the journal. */
  readonly snapshots: SnapshotStore;
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
  readonly #writer: ViewWriter;
  readonly #outbox: Outbox;
  readonly #guard: JournalGuard;
  #beacon: Beacon;
  readonly #reader: PacedReader;
  #folded = { sequence: 0, atMs: 0 };
  #position = 0;
  /** The newest event that this or an earlier term has read: by it the journal is known again. */
  #newest = { sequence: 0, atMs: 0 };
  #epoch: number | undefined;
  /** Events set aside up to the position, and the sequences of those after it. */
  #quarantined = 0;
  #setAsideLater: number[] = [];
  #positionAtMs = -Infinity;
  #positionRevision = 0;
  #isFullBeaconDue = true;
  #isTelling = false;
  #hasWritten = false;
  #isOver = false;
  #cancelTick: () => void = () => undefined;

  constructor(parts: TermParts) {
    this.#parts = parts;
    this.#writer = parts.bucket.openWriter();
    this.#guard = new JournalGuard(parts.journal, parts.clock);
    this.#beacon = new Beacon(parts.table);
    this.#outbox = new Outbox({
      writer: this.#writer,
      table: parts.table,
      onTold: (key, before, after) => this.#beacon.told(key, before, after),
      position: () => this.#position,
      onStored: () => this.#onProgress(),
      onFailed: (error) => this.#lose(error),
    });
    this.#reader = new PacedReader({
      journal: parts.journal,
      clock: parts.clock,
      onEvent: (raw) => this.#onEvent(raw),
      backlog: () => this.#outbox.length,
      onFailed: (error) => this.#lose(error),
    });
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
    const { record } = stored;
    if (record !== undefined) await assertSameJournal(this.#parts.journal, record);
    if (this.#isOver) return;
    this.#goOnFrom(stored);
    await this.#seed();
    if (this.#isOver) return;
    this.#parts.log.info('leading the projection', {
      position: this.#position,
      keys: this.#parts.table.size,
    });
    await this.#reader.start(this.#folded.sequence + 1);
    if (this.#isOver) return;
    this.#tick();
    // At once, so that everybody hears that the view is led again.
    void this.#tell();
  }

  /** What was cut off the journal before the view had it is taken from the snapshot that stands for it. */
  async #seed(): Promise<void> {
    const { journal, snapshots, table } = this.#parts;
    const seed = await snapshotBehind(journal, snapshots, this.#position);
    if (seed === undefined || this.#isOver) return;
    for (const [key, after] of seed.entries) {
      const before = table.get(key)?.entry;
      if (before !== undefined && before.sequence >= after.sequence) continue;
      table.put(key, after);
      this.#outbox.push({ kind: 'record', key, before, after });
    }
    this.#folded = { sequence: seed.position, atMs: seed.atMs };
    this.#parts.log.info('began with a snapshot: the journal was cut', { position: seed.position });
  }

  #goOnFrom({ record, revision }: Awaited<ReturnType<ViewReplica['takeOver']>>): void {
    this.#epoch = record?.epoch;
    const { sequence = 0, at = toTime(0) } = record?.journal ?? {};
    this.#newest = { sequence, atMs: fromTime(at) };
    this.#positionRevision = revision;
    this.#position = record?.position ?? 0;
    this.#quarantined = record?.quarantined ?? 0;
    this.#folded = { sequence: this.#position, atMs: record === undefined ? 0 : fromTime(record.at) };
  }

  /** Ends the term. What is folded and not yet written is written by the next leader. */
  end(): void {
    this.#isOver = true;
    this.#cancelTick();
    this.#reader.close();
    this.#outbox.close();
    this.#writer.close();
  }

  #onEvent(raw: RawEvent): void {
    if (this.#isOver || raw.sequence <= this.#folded.sequence) return;
    this.#folded = { sequence: raw.sequence, atMs: raw.atMs };
    if (raw.sequence > this.#newest.sequence) this.#newest = this.#folded;
    const decoded = decodeEvent(raw);
    let outcome: Decoded['kind'] | 'refused' = decoded.kind;
    if (decoded.kind === 'rejected') this.#setAside(raw, decoded.rejection);
    else if (decoded.kind === 'event' && !this.#apply(raw, decoded.event)) outcome = 'refused';
    this.#parts.onFolded?.(outcome, decoded.kind === 'event' ? decoded.event.type : undefined);
    this.#onProgress();
  }

  /** Folds one readable event into the table. False when its aggregate's rules refuse it. */
  #apply(raw: RawEvent, event: RegistryEvent): boolean {
    const key = viewKeyOf(event.aggregate, raw.key);
    const { table } = this.#parts;
    const before = table.get(key)?.entry;
    const refusal = configRefusal(event, (other) => table.get(other)?.entry);
    const evolved: Evolved =
      refusal === undefined ? evolve(before, event) : { kind: 'refused', rejection: refusal };
    if (evolved.kind === 'changed') {
      table.put(key, evolved.entry);
      this.#outbox.push({ kind: 'record', key, before, after: evolved.entry });
    } else if (evolved.kind === 'refused') this.#setAside(raw, evolved.rejection, event);
    return evolved.kind !== 'refused';
  }

  #setAside(raw: RawEvent, rejection: Rejection, event?: RegistryEvent): void {
    this.#setAsideLater.push(raw.sequence);
    const record: QuarantineRecord = {
      sequence: raw.sequence,
      at: toTime(raw.atMs),
      subject: raw.key,
      code: rejection.code,
      reason: rejection.reason,
      ...(event === undefined ? {} : { type: event.type, id: event.id }),
      ...(event?.actor === undefined ? {} : { actor: event.actor }),
    };
    this.#outbox.push({
      kind: 'quarantine',
      key: viewKeys.quarantine(raw.sequence % limits.quarantineSlots),
      record,
    });
    this.#parts.log.warn('set an event aside', { ...record });
  }

  /** Everything up to here is stored. */
  #reachable(): number {
    const oldest = this.#outbox.oldestSequence();
    return oldest === undefined ? this.#folded.sequence : Math.max(this.#position, oldest - 1);
  }

  /** Whether the position has something to say now: at once when all is stored, else every few milliseconds. */
  #isPositionDue(): boolean {
    if (this.#isFullBeaconDue) return true;
    if (this.#reachable() <= this.#position) return false;
    const sincePositionMs = this.#parts.clock.monotonicMs() - this.#positionAtMs;
    return this.#outbox.isIdle || this.#outbox.isHeld || sincePositionMs >= limits.positionMsMin;
  }

  #onProgress(): void {
    if (this.#outbox.isIdle) this.#reader.caughtUp();
    if (!this.#isTelling && !this.#isOver && this.#isPositionDue()) void this.#tell();
  }

  /** Writes the position, and again while there is news. Records do not wait for it. */
  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      do await this.#writePosition();
      while (!this.#isOver && this.#isPositionDue());
    } catch (error) {
      this.#lose(error as Error);
    } finally {
      this.#isTelling = false;
    }
  }

  async #writePosition(): Promise<void> {
    const position = this.#reachable();
    const record: PositionRecord = {
      position,
      at: toTime(this.#folded.atMs),
      quarantined: this.#countQuarantined(position),
      ...this.#beacon.sums(this.#isFullBeaconDue),
      journal: this.#mark(),
      ...(this.#epoch === undefined ? {} : { epoch: this.#epoch }),
    };
    this.#isFullBeaconDue = false;
    this.#positionAtMs = this.#parts.clock.monotonicMs();
    const write = { key: viewKeys.position, value: record, expectedRevision: this.#positionRevision };
    this.#positionRevision = await this.#writer.write(write);
    this.#position = position;
    this.#hasWritten = true;
    this.#outbox.wake();
  }

  /** Up to this position, like everything else in its record: the next leader counts the later ones again. */
  #countQuarantined(position: number): number {
    const later = this.#setAsideLater.filter((sequence) => sequence > position);
    this.#quarantined += this.#setAsideLater.length - later.length;
    this.#setAsideLater = later;
    return this.#quarantined;
  }

  #mark(): JournalMark {
    return { sequence: this.#newest.sequence, at: toTime(this.#newest.atMs) };
  }

  /** Once a second also when nothing happens: a beacon tells consumers that silence is not loss. */
  #tick(): void {
    this.#cancelTick = this.#parts.clock.after(limits.positionMsMax, () => {
      if (this.#isOver) return;
      this.#tick();
      this.#isFullBeaconDue = true;
      void this.#tell();
      this.#guard.check(this.#position, this.#mark()).catch((error: Error) => this.#lose(error));
    });
  }

  #lose(error: Error): void {
    if (this.#isOver) return;
    const code = isRollcallError(error) ? error.code : undefined;
    this.#parts.log.warn('lost the projection', { code, error: errorText(error) });
    this.end();
    this.#parts.onTermLost(error);
  }
}
