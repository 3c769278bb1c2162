import type { AuditSource, StoredEvent } from '#application';
import { type Carried, carriedType, readCarried, writeCarried } from '#contracts';

/** `name: value` lines of a header block, without its first. */
export function headerLines({ headers }: Pick<StoredEvent, 'headers'>): string[] {
  const block = Buffer.from(headers.buffer, headers.byteOffset, headers.length).toString('latin1');
  return block
    .split('\r\n')
    .slice(1)
    .filter((line) => line !== '');
}

/** Which event an event says again; undefined when it says one of its own. */
function carriedIn(lines: readonly string[]): ReturnType<typeof readCarried> {
  // Most events are not: they cost one look.
  if (!lines.some((line) => line.endsWith(carriedType))) return undefined;
  const values = new Map(lines.map((line) => [nameOf(line), line.slice(line.indexOf(':') + 1).trim()]));
  return readCarried((name) => values.get(name));
}

/** The lines of an event, with the sequences it says again as they are elsewhere. Of any other event: its lines. */
export function carriedElsewhere(lines: readonly string[], place: (sequence: number) => number): string[] {
  const carried = carriedIn(lines);
  if (carried === undefined) return [...lines];
  const { registered, sequence } = carried;
  // The registration first: the event itself may be it.
  const moved = registered && { registered: { ...registered, sequence: place(registered.sequence) } };
  const there: Carried = { ...carried, ...moved, sequence: place(sequence) };
  const values = new Map(writeCarried(carried.type, there));
  return lines.map((line) => {
    const value = values.get(nameOf(line));
    return value === undefined ? line : `${nameOf(line)}: ${value}`;
  });
}

/**
 * Of events that were cut off the journal, those that say them again, each at the place of what it stands for: of an
 * instance its registration, because a verdict is heard only by who knows of that.
 */
export async function readStandIns(
  source: AuditSource,
  gone: readonly number[],
  range: Parameters<AuditSource['readStored']>[0],
): Promise<StoredEvent[]> {
  if (gone.length === 0) return [];
  const wanted = new Set(gone);
  const found = new Map<number, StoredEvent>();
  await source.readStored(range, (event) => {
    const carried = carriedIn(headerLines(event));
    if (carried === undefined || !wanted.has(carried.sequence)) return;
    const { sequence, atMs } = carried.registered ?? carried;
    if (!found.has(sequence)) found.set(sequence, { ...event, sequence, timeNs: BigInt(atMs) * 1_000_000n });
  });
  return [...found.values()].toSorted((left, right) => left.sequence - right.sequence);
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).trim().toLowerCase();
}
