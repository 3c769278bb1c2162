import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { quote, RollcallError } from '#contracts';
import { type ArchiveLine, parseArchiveLine, printArchiveLine } from '#application';

/** An archive that is being written. Until it is finished there is no file of its name. */
export interface ArchiveWriter {
  write(line: ArchiveLine): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** @param path ends with `.gz`: compressed */
export function writeArchive(path: string): ArchiveWriter {
  const unfinished = `${path}.unfinished`;
  const file = createWriteStream(unfinished, { mode: 0o600 });
  const gzip = path.endsWith('.gz') ? createGzip({ level: 1 }) : undefined;
  gzip?.pipe(file);
  const out = gzip ?? file;
  const written = finished(file);
  // Reported where it is waited for.
  written.catch(() => undefined);
  return {
    write: async (line) => {
      if (!out.write(`${printArchiveLine(line)}\n`)) await Promise.race([once(out, 'drain'), written]);
    },
    finish: async () => {
      out.end();
      await written;
      await rename(unfinished, path);
    },
    abandon: async () => {
      file.destroy();
      await rm(unfinished, { force: true });
    },
  };
}

/** The lines of an archive, one after the other; the last one must be its end. @throws ROLLCALL_ARCHIVE_INVALID */
export async function* readArchive(path: string): AsyncGenerator<ArchiveLine> {
  const file = createReadStream(path);
  const input: Readable = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => input.destroy(error));
  let number = 0;
  let last: ArchiveLine | undefined;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      last = parseArchiveLine(text, number);
      yield last;
    }
  } catch (error) {
    throw error instanceof RollcallError ? error : unreadable(path, error);
  }
  if (last?.kind !== 'end') {
    throw new RollcallError('ROLLCALL_ARCHIVE_INVALID', `${quote(path)} was cut off after line ${number}`);
  }
}

function unreadable(path: string, error: unknown): RollcallError {
  const text = error instanceof Error ? error.message : String(error);
  return new RollcallError('ROLLCALL_ARCHIVE_INVALID', `${quote(path)} cannot be read: ${text}`);
}
