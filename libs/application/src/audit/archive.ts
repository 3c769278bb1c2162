import { quote, RollcallError } from '#contracts';
import type { AuditBlock, StoredEvent } from '../ports/audit.js';
import type { SignedCheckpoint } from './checkpoint.js';

export const ARCHIVE_FORMAT = 'rollcall-journal/1';

/** First line of an archive. */
export interface ArchiveHead {
  readonly format: string;
  /** Stream the events were in. */
  readonly stream: string;
  /** First part of every subject: `registry.v1.`, with the registry's prefix. */
  readonly subjects: string;
  readonly from: number;
  readonly to: number;
  /** When it was written. */
  readonly at: string;
  /** Only the events of this service; absent: all of the range. */
  readonly place?: { readonly namespace: string; readonly service: string };
}

/**
 * One line of an archive: the head, what was kept of the events, what stood before them as the events that made it so,
 * the events in order, and the end with the SHA-256 of every line before it.
 */
export type ArchiveLine =
  | { readonly kind: 'head'; readonly head: ArchiveHead }
  | { readonly kind: 'block'; readonly block: AuditBlock }
  | { readonly kind: 'checkpoint'; readonly checkpoint: SignedCheckpoint }
  | { readonly kind: 'before'; readonly event: StoredEvent }
  | { readonly kind: 'event'; readonly event: StoredEvent }
  | { readonly kind: 'end'; readonly events: number; readonly digest: string };

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');

export function printArchiveLine(line: ArchiveLine): string {
  switch (line.kind) {
    case 'head':
      return JSON.stringify(line.head);
    case 'block':
      return JSON.stringify({ block: line.block });
    case 'checkpoint':
      return JSON.stringify({ checkpoint: line.checkpoint });
    case 'before':
      return `{"before":${printEvent(line.event)}}`;
    case 'event':
      return printEvent(line.event);
    default:
      return JSON.stringify({ end: line.events, digest: line.digest });
  }
}

function printEvent({ sequence, timeNs, subject, headers, body }: StoredEvent): string {
  return JSON.stringify({
    sequence,
    timeNs: String(timeNs),
    subject,
    headers: base64(headers),
    body: base64(body),
  });
}

/** @throws ROLLCALL_ARCHIVE_INVALID naming the line */
export function parseArchiveLine(text: string, number: number): ArchiveLine {
  let value: Readonly<Record<string, unknown>>;
  try {
    value = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    throw invalid(number, `it is not JSON: ${quote(text)}`);
  }
  const line = typeof value === 'object' && value !== null ? lineOf(value) : undefined;
  if (line === undefined) throw invalid(number, `it is no part of an archive: ${quote(text)}`);
  if ((line.kind === 'head') !== (number === 1)) {
    throw invalid(
      number,
      number === 1 ? `an archive begins with ${ARCHIVE_FORMAT}` : 'a second archive begins',
    );
  }
  return line;
}

function lineOf(value: Readonly<Record<string, unknown>>): ArchiveLine | undefined {
  if (value['format'] === ARCHIVE_FORMAT) return { kind: 'head', head: value as unknown as ArchiveHead };
  if (isRecord(value['block'])) return { kind: 'block', block: value['block'] as AuditBlock };
  if (isRecord(value['checkpoint'])) {
    return { kind: 'checkpoint', checkpoint: value['checkpoint'] as SignedCheckpoint };
  }
  if (isRecord(value['before'])) {
    const before = eventOf(value['before'] as Readonly<Record<string, unknown>>);
    return before === undefined ? undefined : { kind: 'before', event: before };
  }
  const { end, digest } = value;
  if (Number.isSafeInteger(end) && typeof digest === 'string')
    return { kind: 'end', events: end as number, digest };
  const event = eventOf(value);
  return event === undefined ? undefined : { kind: 'event', event };
}

function eventOf(value: Readonly<Record<string, unknown>>): StoredEvent | undefined {
  const { sequence, timeNs, subject, headers, body } = value;
  if (!Number.isSafeInteger(sequence) || typeof timeNs !== 'string' || !/^\d{1,20}$/.test(timeNs))
    return undefined;
  if (typeof subject !== 'string' || typeof headers !== 'string' || typeof body !== 'string')
    return undefined;
  return {
    sequence: sequence as number,
    timeNs: BigInt(timeNs),
    subject,
    headers: Buffer.from(headers, 'base64'),
    body: Buffer.from(body, 'base64'),
  };
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function invalid(line: number, what: string): RollcallError {
  return new RollcallError('ROLLCALL_ARCHIVE_INVALID', `line ${line}: ${what}`, { details: { line } });
}
