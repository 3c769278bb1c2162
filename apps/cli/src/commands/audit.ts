import { readFile } from 'node:fs/promises';
import { quote, RollcallError } from '#contracts';
import {
  ARCHIVE_FORMAT,
  type ArchiveLine,
  type AuditBlock,
  type AuditReport,
  ChainVerifier,
  type SignedCheckpoint,
} from '#application';
import { parseMoment, toTime } from '#domain';
import { type ArchiveWriter, readArchive, writeArchive } from '../archive/archive-file.js';
import { plain } from '../output/plain.js';
import { print, printJson, remark } from '../output/print.js';
import { showProgress } from '../output/progress.js';
import type { Session } from '../session.js';
import type { Command, LocalCommand } from './command.js';

interface VerifyOptions {
  /** A file with a checkpoint that was kept outside. */
  readonly checkpoint?: string;
}

interface ExportOptions {
  readonly from?: string;
  readonly to?: string;
}

/** What `verify` finds wrong is told by this exit code. */
const FOUND = 3;

/** Holds the journal against its audit trail. */
export const verifyLive: Command<VerifyOptions> = async ({ session, json }, { checkpoint }) => {
  const outside = await readCheckpoint(checkpoint);
  const verifier = new ChainVerifier();
  const { audit, journal } = session;
  await audit.readAll({
    onBlock: (block) => verifier.block(block),
    onCheckpoint: (signed) => verifier.checkpoint(signed),
  });
  const { firstSequence, lastSequence } = await journal.ends();
  const progress = showProgress('verifying');
  await audit.readStored({ from: Math.max(1, firstSequence), to: lastSequence }, (event) => {
    verifier.event(event);
    progress.at(event.sequence, lastSequence);
  });
  progress.end();
  return tell(verifier.report(outside), json);
};

/** Holds an archive against the audit trail in it; no registry is needed. */
export const verifyArchive: LocalCommand<VerifyOptions, [file: string]> = async (
  { json },
  { checkpoint },
  file,
) => {
  const outside = await readCheckpoint(checkpoint);
  const verifier = new ChainVerifier();
  let [events, to] = [0, 0];
  const progress = showProgress('verifying');
  for await (const line of readArchive(file)) {
    if (line.kind === 'head') to = line.head.to;
    else if (line.kind === 'block') verifier.block(line.block);
    else if (line.kind === 'checkpoint') verifier.checkpoint(line.checkpoint);
    else if (line.kind === 'event') {
      events += 1;
      verifier.event(line.event);
      progress.at(line.event.sequence, to);
    } else if (line.events !== events) {
      progress.end();
      const text = `${quote(file)} holds ${events} events, and its last line says ${line.events}`;
      throw new RollcallError('ROLLCALL_ARCHIVE_INVALID', text);
    }
  }
  progress.end();
  return tell(verifier.report(outside), json);
};

/** Writes the journal, or a slice of it, with what the audit trail says of it, to one file. */
export const exportArchive: Command<ExportOptions, [file: string]> = async (
  { session, json },
  options,
  file,
) => {
  const range = await rangeOf(session, options);
  const writer = writeArchive(file);
  let events = 0;
  try {
    const { streams, subjects } = session;
    const head = {
      format: ARCHIVE_FORMAT,
      stream: streams.journal,
      subjects: subjects.journalAll.slice(0, -1),
    };
    await writer.write({ kind: 'head', head: { ...head, ...range, at: toTime(Date.now()) } });
    await writeTrail(session, range, writer);
    events = await writeEvents(session, range, writer);
    await writer.write({ kind: 'end', events });
    await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  if (json) printJson({ file, events, ...range });
  else remark(`wrote ${events} events, ${range.from} to ${range.to}, to "${file}"`);
};

interface Range {
  readonly from: number;
  readonly to: number;
}

async function rangeOf({ journal }: Session, { from, to }: ExportOptions): Promise<Range> {
  const nowMs = Date.now();
  const { firstSequence, lastSequence } = await journal.ends();
  const sequenceOf = async (text: string): Promise<number> => {
    const moment = parseMoment(text, nowMs);
    return 'sequence' in moment
      ? moment.sequence
      : ((await journal.firstAt(moment.time)) ?? lastSequence + 1);
  };
  const first = Math.max(1, firstSequence, from === undefined ? 1 : await sequenceOf(from));
  const last = Math.min(lastSequence, to === undefined ? lastSequence : await sequenceOf(to));
  if (first <= last) return { from: first, to: last };
  throw new RollcallError('ROLLCALL_NOT_FOUND', `the journal holds no event between ${first} and ${last}`);
}

async function writeTrail({ audit }: Session, { from, to }: Range, writer: ArchiveWriter): Promise<void> {
  const lines: ArchiveLine[] = [];
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

const PIECE = 10_000;

/** In pieces, so that a slow disk holds few events in memory. */
async function writeEvents({ audit }: Session, { from, to }: Range, writer: ArchiveWriter): Promise<number> {
  const progress = showProgress('exporting');
  let events = 0;
  for (let start = from; start <= to; start += PIECE) {
    const lines: ArchiveLine[] = [];
    const end = Math.min(to, start + PIECE - 1);
    await audit.readStored({ from: start, to: end }, (event) => lines.push({ kind: 'event', event }));
    for (const line of lines) await writer.write(line);
    events += lines.length;
    progress.at(end - from + 1, to - from + 1);
  }
  progress.end();
  return events;
}

async function readCheckpoint(path: string | undefined): Promise<SignedCheckpoint | undefined> {
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8')) as SignedCheckpoint;
  } catch (error) {
    const text = `the checkpoint ${quote(path)} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new RollcallError('ROLLCALL_ARCHIVE_INVALID', text, {
      action: 'Give the file checkpoint.json of ROLLCALL_AUDIT_DIR.',
    });
  }
}

function tell(report: AuditReport, json: boolean): number {
  const { events, from, to, unaudited, checkpoints, keys, findings } = report;
  if (json) printJson(report);
  else {
    print(
      `${events} events, ${from} to ${to}, were held against the audit trail; ${unaudited} are newer than it`,
    );
    print(`${checkpoints} checkpoints${keys.length === 0 ? '' : `, signed by ${keys.join(', ')}`}`);
    for (const { sequence, what } of findings) print(plain(`sequence ${sequence}: ${what}`));
    print(
      findings.length === 0
        ? 'the chain holds'
        : `THE CHAIN IS BROKEN, first at sequence ${findings[0]?.sequence}`,
    );
  }
  return findings.length === 0 ? 0 : FOUND;
}
