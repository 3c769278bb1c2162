import { RollcallError } from '#contracts';
import {
  ARCHIVE_FORMAT,
  type ArchiveLine,
  type AuditBlock,
  findMoment,
  type History,
  placePatterns,
  type StoredEvent,
} from '#application';
import { fromTime, parseMoment, toTime } from '#domain';
import type { JetStreamAudit, JetStreamJournal } from '#jetstream';
import type { JournalPlace } from '#nats';
import type { OnProgress } from '../progress.js';
import { type ArchiveWriter, writeArchive } from './archive-file.js';
import { readStandIns } from './carried.js';
import { makersOf, readPicked } from './before.js';

/** Where events are exported from. */
export interface ExportSource extends JournalPlace {
  readonly journal: JetStreamJournal;
  readonly audit: JetStreamAudit;
  readonly history: Pick<History, 'entriesAt' | 'begins'>;
}

export interface SliceOrder {
  /** First and last moment: a sequence, an RFC 3339 time, or -15m; default all there is. */
  readonly from?: string;
  readonly to?: string;
  /** Only the events of this service. Then the audit trail stays out: it is about all events. */
  readonly service?: { readonly namespace: string; readonly service: string };
  /** Begin with what stood there before: needed to replay it, and not to verify it. */
  readonly withBefore: boolean;
  /** Wall clock. */
  readonly nowMs: number;
  readonly onProgress?: OnProgress;
}

export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly events: number;
  /** Events before it that made what stood there. */
  readonly before: number;
}

/** Read in pieces, so that a slow disk holds few events in memory. */
const PIECE = 10_000;

/**
 * Writes the journal, or a slice of it, to one file, with what the audit trail says of it.
 * @throws ROLLCALL_PLACE_TAKEN, ROLLCALL_BEFORE_HISTORY, ROLLCALL_AFTER_HISTORY, ROLLCALL_NOT_FOUND
 */
export async function exportSlice(source: ExportSource, path: string, order: SliceOrder): Promise<Slice> {
  const range = await rangeOf(source, order);
  const writer = await writeArchive(path);
  try {
    const { streams, subjects } = source;
    const place = order.service === undefined ? {} : { place: order.service };
    const subject = subjects.journalAll.slice(0, -1);
    const about = { format: ARCHIVE_FORMAT, stream: streams.journal, subjects: subject };
    await writer.write({ kind: 'head', head: { ...about, ...range, ...place, at: toTime(order.nowMs) } });
    if (order.service === undefined) await writeTrail(source, range, writer);
    const before = order.withBefore ? await writeBefore(source, { ...order, ...range }, writer) : 0;
    await writeEvents(source, { ...order, ...range }, writer);
    return { ...range, before, events: await writer.finish() };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

async function rangeOf({ journal }: ExportSource, { from, to, nowMs }: SliceOrder): Promise<Range> {
  const { firstSequence, lastSequence } = await journal.ends();
  const first = from === undefined ? Math.max(1, firstSequence) : await firstOf(journal, from, nowMs);
  const last = to === undefined ? lastSequence : (await findMoment(journal, to, nowMs)).sequence;
  if (first <= last) return { from: first, to: last };
  throw new RollcallError('ROLLCALL_NOT_FOUND', `the journal holds no event between ${first} and ${last}`);
}

/** The first event at or after a moment; what is no moment of history is refused. */
async function firstOf(journal: JetStreamJournal, text: string, nowMs: number): Promise<number> {
  const { sequence } = await findMoment(journal, text, nowMs);
  const moment = parseMoment(text, nowMs);
  return 'sequence' in moment ? sequence : ((await journal.firstAt(moment.time)) ?? sequence + 1);
}

async function writeTrail(
  { audit }: ExportSource,
  { from, to }: Range,
  writer: ArchiveWriter,
): Promise<void> {
  const lines: Extract<ArchiveLine, { kind: 'block' | 'checkpoint' }>[] = [];
  await audit.readAll({
    onBlock: (block) => {
      if (block.to >= from - 1 && block.from <= to) lines.push({ kind: 'block', block: upTo(block, to) });
    },
    onCheckpoint: (checkpoint) => {
      if (checkpoint.sequence >= from && checkpoint.sequence <= to)
        lines.push({ kind: 'checkpoint', checkpoint });
    },
  });
  for (const line of lines) await writer.write(line);
}

/** A slice that ends within a block vouches for no more than it holds. */
function upTo(block: AuditBlock, to: number): AuditBlock {
  if (block.to <= to) return block;
  return { ...block, to, hashes: block.hashes.slice(0, to - block.from + 1) };
}

type Piece = Omit<SliceOrder, 'from' | 'to'> & Range;

/**
 * Of a slice from the beginning of a cut journal, what stood before is what is still known at the first moment that can
 * be told, and rests on events from before the slice.
 */
async function writeBefore(source: ExportSource, order: Piece, writer: ArchiveWriter): Promise<number> {
  const { audit, journal, history } = source;
  const { firstSequence, lastSequence } = await journal.ends();
  const told = Math.max(order.from, await history.begins()) - 1;
  if (told < firstSequence) return 0;
  const { sequence, at } = await findMoment(journal, String(told), order.nowMs);
  const entries = await history.entriesAt(sequence, order.service ?? {});
  const makers = makersOf(entries.values(), fromTime(at)).filter((one) => one < order.from);
  let done = 0;
  const take = async (event: StoredEvent): Promise<void> => {
    await writer.write({ kind: 'before', event });
    done += 1;
    order.onProgress?.('exporting what stood before', done, makers.length);
  };
  const [gone, here] = [
    makers.filter((one) => one < firstSequence),
    makers.filter((one) => one >= firstSequence),
  ];
  const range = { from: firstSequence, to: lastSequence, ...patternsOf(order.service) };
  for (const event of await readStandIns(audit, gone, range)) await take(event);
  await readPicked(audit, here, take);
  return done;
}

async function writeEvents(
  { audit }: ExportSource,
  { from, to, service, onProgress }: Piece,
  writer: ArchiveWriter,
): Promise<void> {
  const scope = patternsOf(service);
  for (let start = from; start <= to; start += PIECE) {
    const lines: Extract<ArchiveLine, { kind: 'event' }>[] = [];
    const end = Math.min(to, start + PIECE - 1);
    const range = { from: start, to: end, ...scope };
    await audit.readStored(range, (event) => lines.push({ kind: 'event', event }));
    for (const line of lines) await writer.write(line);
    onProgress?.('exporting', end - from + 1, to - from + 1);
  }
}

function patternsOf(service: SliceOrder['service']) {
  const patterns = service === undefined ? undefined : placePatterns(service);
  return patterns === undefined ? {} : { patterns };
}
