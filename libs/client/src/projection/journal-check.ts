import { isRollcallError, RollcallError } from '#contracts';
import { fromTime, toTime } from '#domain';
import { brokerError } from '#nats';
import type { ClientPlace } from '../client/place.js';
import type { ProjectionPosition } from './order.js';

type Place = Pick<ClientPlace, 'manager' | 'streams'>;

/** Two clients read a broker's nanoseconds with different precision. */
const SAME_TIME_MS = 1;

/**
 * Makes sure that the journal goes on behind a position: it is the journal the position is of, and nothing in between
 * is gone.
 * @throws ROLLCALL_JOURNAL_REPLACED, ROLLCALL_BEFORE_HISTORY, ROLLCALL_BROKER_UNREACHABLE
 */
export async function checkJournal(place: Place, position: ProjectionPosition): Promise<void> {
  const { sequence, at } = position;
  const { first_seq: first, last_seq: last } = await stateOf(place);
  if (last < sequence) throw replaced(`it ends at ${last}, and the projection has come to ${sequence}`);
  if (first > sequence + 1) {
    throw new RollcallError(
      'ROLLCALL_BEFORE_HISTORY',
      `the projection has come to sequence ${sequence}, and the journal begins with ${first}: what was between is gone`,
      { action: 'Empty the store, position included, and let it be built anew from what there is.' },
    );
  }
  if (first > sequence) return;
  const found = await timeAt(place, sequence);
  if (found === undefined) throw replaced(`it no longer holds sequence ${sequence}`);
  if (Math.abs(found - fromTime(at)) > SAME_TIME_MS)
    throw replaced(`its sequence ${sequence} is of ${toTime(found)}, and the projection knows one of ${at}`);
}

async function stateOf({ manager, streams }: Place) {
  try {
    return (await manager.streams.info(streams.journal)).state;
  } catch (error) {
    throw brokerError(error, 'looking at the journal');
  }
}

async function timeAt({ manager, streams }: Place, sequence: number): Promise<number | undefined> {
  try {
    return (await manager.streams.getMessage(streams.journal, { seq: sequence }))?.time.getTime();
  } catch (error) {
    throw brokerError(error, `reading sequence ${sequence}`);
  }
}

function replaced(how: string): RollcallError {
  return new RollcallError('ROLLCALL_JOURNAL_REPLACED', `the journal is another one: ${how}`, {
    action: 'Restore the right journal, or empty the store, position included, to build it from this one.',
  });
}

/** The same for a position long past: that the journal has forgotten it is no matter. */
export async function checkAnchor(place: Place, anchor: ProjectionPosition): Promise<void> {
  try {
    await checkJournal(place, anchor);
  } catch (error) {
    if (!isRollcallError(error, 'ROLLCALL_BEFORE_HISTORY')) throw error;
  }
}
