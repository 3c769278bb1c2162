import { RollcallError } from '#contracts';
import { parseMoment, toTime } from '#domain';
import type { Journal } from '../ports/journal.js';

/** A moment somebody named, as the place in the journal it means. */
export interface HistoricMoment {
  /** Of the last event at or before the moment. */
  readonly sequence: number;
  /** Broker time of that event. */
  readonly at: string;
}

/** A clock of a client may be a little ahead of this one without its "now" being the future. */
const CLOCK_SLACK_MS = 2_000;

/**
 * Finds the last event at or before a moment. Times are those at which the broker stored an event.
 * @param text a sequence, an RFC 3339 time, or a duration before now such as `-15m`
 * @throws ROLLCALL_SEQUENCE_INVALID, ROLLCALL_BEFORE_HISTORY, ROLLCALL_AFTER_HISTORY
 */
export async function findMoment(
  journal: Pick<Journal, 'ends' | 'firstAt' | 'at'>,
  text: string,
  nowMs: number,
): Promise<HistoricMoment> {
  const moment = parseMoment(text, nowMs);
  const { firstSequence, lastSequence } = await journal.ends();
  if (lastSequence === 0) throw before(`"${text}" lies before history: nothing has happened yet`);
  let sequence: number;
  if ('sequence' in moment) {
    if (moment.sequence > lastSequence) throw after(text, `the last event has sequence ${lastSequence}`);
    sequence = moment.sequence;
  } else {
    if (moment.time.getTime() > nowMs + CLOCK_SLACK_MS) throw after(text, `it is ${toTime(nowMs)} now`);
    // Times are shown in whole ms: what was stored within that ms belongs to it.
    const next = await journal.firstAt(new Date(moment.time.getTime() + 1));
    sequence = next === undefined ? lastSequence : next - 1;
  }
  if (sequence < firstSequence) throw await beforeFirst(journal, text, firstSequence);
  const event = await journal.at(sequence);
  if (event === undefined) throw before(`sequence ${sequence} is no longer in the journal`);
  return { sequence, at: toTime(event.atMs) };
}

async function beforeFirst(
  journal: Pick<Journal, 'at'>,
  text: string,
  firstSequence: number,
): Promise<RollcallError> {
  const first = await journal.at(firstSequence);
  const since = first === undefined ? '' : `, ${toTime(first.atMs)}`;
  return before(`"${text}" lies before history, which begins with sequence ${firstSequence}${since}`);
}

function before(what: string): RollcallError {
  return new RollcallError('ROLLCALL_BEFORE_HISTORY', what);
}

function after(text: string, why: string): RollcallError {
  return new RollcallError('ROLLCALL_AFTER_HISTORY', `"${text}" has not happened yet: ${why}`);
}
