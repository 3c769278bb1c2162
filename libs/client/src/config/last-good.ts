import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { type EffectiveKey, quote, RollcallError } from '#contracts';

const FORMAT = 1;

/** What an instance ran with when it was last well. Secrets in it stay sealed. */
export interface LastGood {
  readonly namespace: string;
  readonly application: string;
  readonly savedAt: string;
  readonly revision: number;
  readonly keys: readonly EffectiveKey[];
}

/**
 * Reads the last good config; undefined when there is no file.
 * @throws ROLLCALL_CONFIG_FILE_DAMAGED when it is there and cannot be trusted
 */
export async function readLastGood(
  path: string,
  place: { readonly namespace: string; readonly application: string },
): Promise<LastGood | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw damaged(path, (error as Error).message);
  }
  const file = parse(path, text);
  const { format, checksum, ...content } = file;
  if (format !== FORMAT) throw damaged(path, `its format is ${quote(format)}, not ${FORMAT}`);
  if (checksum !== checksumOf(content))
    throw damaged(path, 'its checksum does not fit: it is cut off or was changed');
  const lastGood = content as unknown as LastGood;
  if (lastGood.namespace !== place.namespace || lastGood.application !== place.application) {
    throw damaged(path, `it is of ${quote(`${lastGood.namespace}/${lastGood.application}`)}`);
  }
  return lastGood;
}

/** Writes it at once, for the owner alone: a reader finds the old file or the new one, also after a crash. */
export async function writeLastGood(path: string, lastGood: LastGood): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(
        JSON.stringify({ format: FORMAT, checksum: checksumOf({ ...lastGood }), ...lastGood }),
      );
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    const text = `the last good config cannot be kept in ${quote(path)}: ${(error as Error).message}`;
    throw new RollcallError('ROLLCALL_CONFIG_FILE_DAMAGED', text, { cause: error });
  }
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Told below, like anything else that is no such file.
  }
  throw damaged(path, 'it is not the JSON it should be');
}

function checksumOf(content: Record<string, unknown>): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function damaged(path: string, what: string): RollcallError {
  return new RollcallError(
    'ROLLCALL_CONFIG_FILE_DAMAGED',
    `the last good config in ${quote(path)} cannot be used: ${what}`,
  );
}
