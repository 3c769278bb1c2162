import type { StoredMsg } from '@nats-io/jetstream';
import { limits, type QuarantineRecord, RollcallError, viewKeys } from '#contracts';
import { sequenceOf } from '../input/sequence.js';
import { plain } from '../output/plain.js';
import { print, printJson } from '../output/print.js';
import { renderTable } from '../output/table.js';
import type { Session } from '../session.js';
import type { Command } from './command.js';

/** More bytes of a body than this nobody reads on a terminal. */
const SHOWN_BYTES = 4_096;

/** The newest events that were set aside, oldest first. */
export const quarantineList: Command<{ readonly namespace?: string }> = async (
  { session, json },
  options,
) => {
  const records = (await readQuarantine(session)).filter(
    ({ subject }) => options.namespace === undefined || subject.startsWith(`${options.namespace}.`),
  );
  if (json) {
    printJson(records);
    return;
  }
  if (records.length === 0) print('nothing is in quarantine');
  else print(renderTable(['SEQUENCE', 'AT', 'SUBJECT', 'CODE', 'REASON'], records.map(rowOf)));
};

function rowOf({ sequence, at, subject, code, reason }: QuarantineRecord): (string | number)[] {
  return [sequence, at, subject, code, reason.length > 100 ? `${reason.slice(0, 97)}...` : reason];
}

/** One event that was set aside: why, and all of it as it stands in the journal. */
export const quarantineShow: Command<object, [sequence: string]> = async (
  { session, json },
  _options,
  text,
) => {
  const sequence = sequenceOf(text);
  const key = viewKeys.quarantine(sequence % limits.quarantineSlots);
  const record = (await readQuarantine(session, key)).find((found) => found.sequence === sequence);
  if (record === undefined) {
    throw new RollcallError('ROLLCALL_NOT_FOUND', `the event at sequence ${sequence} is not in quarantine`, {
      action: 'List what is with "rollcall quarantine list"; only the newest are kept.',
    });
  }
  const stored = await session.manager.direct.getMessage(session.streams.journal, { seq: sequence });
  const event = stored === null ? undefined : describe(stored);
  if (json) {
    printJson({ ...record, event });
    return;
  }
  print(`sequence  ${record.sequence}\nat        ${record.at}\nsubject   ${plain(record.subject)}`);
  print(`code      ${record.code}\nreason    ${plain(record.reason)}`);
  for (const [name, value] of Object.entries(event?.headers ?? {}))
    print(`header    ${plain(name)}: ${plain(value)}`);
  if (event !== undefined)
    print(
      `\nbody (${event.bytes} bytes${event.encoding === 'utf-8' ? '' : ', in hexadecimal: it is not text'})`,
    );
  if (event !== undefined) print(event.body.split('\n').map(plain).join('\n'));
};

function describe({ data, header }: StoredMsg) {
  const headers = Object.fromEntries(header.keys().map((name) => [name, header.values(name).join(', ')]));
  const part = data.subarray(0, SHOWN_BYTES);
  try {
    const body = new TextDecoder('utf-8', { fatal: true }).decode(data).slice(0, SHOWN_BYTES);
    return { bytes: data.length, encoding: 'utf-8', headers, body };
  } catch {
    return { bytes: data.length, encoding: 'hex', headers, body: Buffer.from(part).toString('hex') };
  }
}

async function readQuarantine(
  session: Session,
  pattern = `${viewKeys.quarantinePrefix}*`,
): Promise<QuarantineRecord[]> {
  const records: QuarantineRecord[] = [];
  await session.bucket.readAll(({ value }) => records.push(value as QuarantineRecord), [pattern]);
  return records.toSorted((left, right) => left.sequence - right.sequence);
}
