import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { errorText, limits, quote, RollcallError } from '#contracts';
import { type ArchiveLine, parseArchiveLine, printArchiveLine } from '#application';

/** An archive that is being written. Until it is finished there is no file of its name. */
export interface ArchiveWriter {
  write(line: Exclude<ArchiveLine, { readonly kind: 'end' }>): Promise<void>;
  /** Writes the last line, and gives the file its name. Returns how many events it holds. */
  finish(): Promise<number>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** Lines are handed on in pieces: one call for each would cost more than what it does. */
const PIECE_CHARS = 256 * 1024;

/** What zlib does in one go, on a thread of its own: with its small default, handing over costs most of the time. */
const CHUNK_BYTES = 256 * 1024;

/**
 * @param path ends with `.gz`: compressed
 * @throws ROLLCALL_PLACE_TAKEN
 */
export async function writeArchive(path: string): Promise<ArchiveWriter> {
  if ((await stat(path).catch(() => undefined)) !== undefined)
    throw new RollcallError('ROLLCALL_PLACE_TAKEN', `${quote(path)} exists`);
  const unfinished = `${path}.unfinished`;
  const file = createWriteStream(unfinished, { mode: 0o600 });
  const gzip = path.endsWith('.gz') ? createGzip({ level: 1, chunkSize: CHUNK_BYTES }) : undefined;
  gzip?.pipe(file);
  const out = gzip ?? file;
  const written = finished(file);
  // Reported where it is waited for.
  written.catch(() => undefined);
  const digest = createHash('sha256');
  let events = 0;
  let piece = '';
  const flush = async (): Promise<void> => {
    const text = piece;
    piece = '';
    digest.update(text);
    if (!out.write(text)) await Promise.race([once(out, 'drain'), written]);
  };
  return {
    write: async (line) => {
      piece += `${printArchiveLine(line)}\n`;
      if (line.kind === 'event') events += 1;
      if (piece.length >= PIECE_CHARS) await flush();
    },
    finish: async () => {
      await flush();
      out.end(`${printArchiveLine({ kind: 'end', events, digest: digest.digest('hex') })}\n`);
      await written;
      await rename(unfinished, path);
      return events;
    },
    abandon: async () => {
      file.destroy();
      await rm(unfinished, { force: true });
    },
  };
}

/**
 * The lines of an archive, one after the other. After the last it is refused when it was cut off, or is not what was
 * written: whoever must not use a part of it reads it twice.
 * @throws ROLLCALL_ARCHIVE_INVALID
 */
export async function* readArchive(path: string): AsyncGenerator<ArchiveLine> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const input: Readable = path.endsWith('.gz') ? file.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : file;
  file.on('error', (error) => input.destroy(error));
  const digest = createHash('sha256');
  let [number, events] = [0, 0];
  let last: ArchiveLine | undefined;
  try {
    for await (const piece of linesOf(input)) {
      const isLast = piece.at(-1)?.startsWith('{"end":') === true;
      const before = isLast ? piece.slice(0, -1) : piece;
      if (before.length > 0) digest.update(`${before.join('\n')}\n`);
      for (const text of piece) {
        number += 1;
        if (last?.kind === 'end') throw invalid(`${quote(path)} goes on behind its end, with line ${number}`);
        last = parseArchiveLine(text, number);
        if (last.kind === 'event') events += 1;
        yield last;
      }
    }
  } catch (error) {
    throw error instanceof RollcallError
      ? error
      : invalid(`${quote(path)} cannot be read: ${errorText(error)}`);
  }
  checkEnd(path, last, { number, events, digest: digest.digest('hex') });
}

interface Read {
  readonly number: number;
  readonly events: number;
  readonly digest: string;
}

function checkEnd(path: string, last: ArchiveLine | undefined, { number, events, digest }: Read): void {
  if (last?.kind !== 'end') throw invalid(`${quote(path)} was cut off after line ${number}`);
  if (last.events !== events)
    throw invalid(`${quote(path)} holds ${events} events, and its last line says ${last.events}`);
  if (last.digest !== digest) throw invalid(`${quote(path)} was changed: its last line says another SHA-256`);
}

/** A line of an event is shorter: what has none must not fill our memory. */
const LINE_CHARS_MAX = 8 * limits.recordBytesMax;

/** Whole lines, as many as came together: an await for each would cost more than what is in it. */
async function* linesOf(input: Readable): AsyncGenerator<string[]> {
  let rest = '';
  for await (const text of input.setEncoding('utf8')) {
    const lines = (rest + (text as string)).split('\n');
    rest = lines.pop() as string;
    if (rest.length > LINE_CHARS_MAX)
      throw new Error(`it has a line of more than ${LINE_CHARS_MAX} characters`);
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}

function invalid(what: string): RollcallError {
  return new RollcallError('ROLLCALL_ARCHIVE_INVALID', what);
}
