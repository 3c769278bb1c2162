import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { limits, quote, RollcallError } from '#contracts';
import { type ArchiveHead, foldJournal, type StoredEvent } from '#application';
import { toTime } from '#domain';
import { createEmptyJournal, type RegistryStore } from '#jetstream';
import { type BatchOutgoing, publishBatch } from '#nats';
import type { OnProgress } from '../progress.js';
import { readArchive } from './archive-file.js';
import { Replayed } from './replayed.js';

export interface ReplayOptions {
  readonly connection: NatsConnection;
  /** Keeps the registry there apart from another on the same broker. */
  readonly prefix?: string;
  readonly domain?: string;
  /** 1: at the pace it was written, 10: ten times as fast. Default as fast as it goes. */
  readonly speed?: number;
  readonly onProgress?: OnProgress;
  /** The state before the slice is there, and its first event comes next. What it does is waited for. */
  readonly onBefore?: () => Promise<void> | void;
  readonly signal?: AbortSignal;
}

export interface Replay {
  /** Events that made what stood there before, and those of the slice. */
  readonly before: number;
  readonly events: number;
  /** First and last sequence in the new journal. */
  readonly from: number;
  readonly to: number;
  /** Events of the slice that have the sequence they had. */
  readonly sameSequence: number;
}

/**
 * Writes an archive into a journal that is empty, or is made. The archive is read once before anything is written, so
 * that one that is damaged changes nothing. A slice of everything keeps its sequences: the journal begins so much
 * before it that what stood there has room.
 * @throws ROLLCALL_ARCHIVE_INVALID, ROLLCALL_PLACE_TAKEN
 */
export async function replayArchive(path: string, options: ReplayOptions): Promise<Replay> {
  const found = await check(path);
  const { head, before } = found;
  const { store, firstSequence } = await createEmptyJournal({
    ...options,
    firstSequence: head.place === undefined ? Math.max(1, head.from - before) : 1,
  });
  const writer = new Writer(options, {
    stream: store.streams.journal,
    replayed: new Replayed(head.subjects, store.subjects.journalAll.slice(0, -1)),
    from: firstSequence,
    total: before + found.events,
  });
  const pace = new Pace(options.speed ?? Infinity, options.signal);
  const begin = async (): Promise<void> => {
    await writer.flush();
    await markBeginning(store, { firstSequence, lastSequence: writer.next - 1 });
    await options.onBefore?.();
  };
  try {
    for await (const line of readArchive(path)) {
      options.signal?.throwIfAborted();
      if (line.kind !== 'before' && line.kind !== 'event') continue;
      if (line.kind === 'event') {
        if (writer.events === 0) await begin();
        if (pace.mustWait(line.event)) {
          await writer.flush();
          await pace.wait();
        }
      }
      await writer.write(line.event, line.kind);
    }
    if (writer.events === 0) await begin();
    await writer.flush();
  } finally {
    store.journal.close();
  }
  const { events, sameSequence, next } = writer;
  return { before, events, sameSequence, from: firstSequence, to: next - 1 };
}

/** A journal that does not begin with 1 answers about the past from its first snapshot on: here, from the slice on. */
async function markBeginning(
  { journal, snapshots }: RegistryStore,
  { firstSequence, lastSequence }: { readonly firstSequence: number; readonly lastSequence: number },
): Promise<void> {
  if (firstSequence === 1 || lastSequence < firstSequence) return;
  const folded = await foldJournal(journal, { fromSequence: firstSequence, toSequence: lastSequence });
  await snapshots.save({ position: lastSequence, at: toTime(folded.atMs) }, folded.entries);
}

interface Found {
  readonly head: ArchiveHead;
  readonly before: number;
  readonly events: number;
}

async function check(path: string): Promise<Found> {
  let head: ArchiveHead | undefined;
  let [before, events, last] = [0, 0, 0];
  for await (const line of readArchive(path)) {
    if (line.kind === 'head') head = line.head;
    if (line.kind !== 'before' && line.kind !== 'event') continue;
    const { subject, sequence } = line.event;
    if (!isSubject(subject, head?.subjects) || sequence <= last) {
      const what = `event ${sequence} on ${quote(subject)}, after ${last}, does not belong there`;
      throw new RollcallError('ROLLCALL_ARCHIVE_INVALID', `${quote(path)}: ${what}`);
    }
    last = sequence;
    if (line.kind === 'before') before += 1;
    else events += 1;
  }
  return { head: head as ArchiveHead, before, events };
}

/** What is no plain subject could say more to a broker than where a message goes. */
function isSubject(subject: string, lead = ''): boolean {
  return (
    subject.length > lead.length &&
    subject.startsWith(lead) &&
    /^[!-~]+$/.test(subject) &&
    !/[*>]/.test(subject)
  );
}

interface Target {
  readonly stream: string;
  readonly replayed: Replayed;
  readonly from: number;
  readonly total: number;
}

/** Writes in batches, each event with the sequence it is going to have. */
class Writer {
  events = 0;
  sameSequence = 0;
  next: number;
  #batch: BatchOutgoing[] = [];
  #underway: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: ReplayOptions,
    private readonly target: Target,
  ) {
    this.next = target.from;
  }

  async write(event: StoredEvent, kind: 'before' | 'event'): Promise<void> {
    this.#batch.push(this.target.replayed.messageOf(event, this.next));
    if (kind === 'event') {
      this.events += 1;
      if (event.sequence === this.next) this.sameSequence += 1;
    }
    this.next += 1;
    if (this.#batch.length === limits.batchMessagesMax) await this.#send();
  }

  /** Resolves when all that was written is stored. */
  async flush(): Promise<void> {
    if (this.#batch.length > 0) await this.#send();
    await this.#underway;
  }

  /** One batch is under way while the next is read. */
  async #send(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    await this.#underway;
    this.#underway = this.#store(batch);
    // It is told where it is waited for.
    this.#underway.catch(() => undefined);
  }

  async #store(batch: readonly BatchOutgoing[]): Promise<void> {
    const { stream, from, total } = this.target;
    const expected = this.next - 1;
    const { lastSequence } = await publishBatch(this.options.connection, stream, batch);
    // Somebody who registers in the sandbox meanwhile moves what comes behind.
    this.next += lastSequence - expected;
    this.options.onProgress?.('replaying', lastSequence + 1 - from, total);
  }
}

/** The pace of the original, so many times as fast. */
class Pace {
  #firstMs: number | undefined;
  #startedMs = 0;
  #dueMs = 0;

  constructor(
    private readonly speed: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Whether the time of an event has not come yet. */
  mustWait({ timeNs }: StoredEvent): boolean {
    if (this.speed === Infinity) return false;
    const atMs = Number(timeNs / 1_000_000n);
    if (this.#firstMs === undefined) [this.#firstMs, this.#startedMs] = [atMs, performance.now()];
    this.#dueMs = this.#startedMs + (atMs - this.#firstMs) / this.speed;
    return this.#dueMs > performance.now() + 1;
  }

  /** In steps, because a timer takes no more than 24 days. */
  async wait(): Promise<void> {
    const { signal } = this;
    for (let left = 1; left > 0; left = this.#dueMs - performance.now())
      await delay(Math.min(Math.max(0, this.#dueMs - performance.now()), STEP_MS), undefined, { signal });
  }
}

const STEP_MS = 60_000;
