import { errorText, limits, RollcallError } from '#contracts';
import type { ProjectionBatch, ProjectionOrder, ProjectionPosition } from './order.js';

const FIRST_PAUSE_MS = 100;

export interface TakeInParts {
  readonly order: ProjectionOrder;
  readonly pause: (ms: number) => Promise<void>;
  readonly isClosed: () => boolean;
}

/**
 * Has a batch taken in, once: after a failure the store is asked whether it has it after all, since what fails may
 * fail behind the commit.
 * @returns whether it is in; false when the projection was closed meanwhile
 * @throws ROLLCALL_PROJECTION_FAILED
 */
export async function takeIn(
  { order, pause, isClosed }: TakeInParts,
  batch: ProjectionBatch,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (attempt > 1 && (await isIn(order, batch))) return true;
      await order.apply(batch);
      return true;
    } catch (error) {
      if (error instanceof StoreMoved) throw failed(error.message, error);
      if (attempt >= limits.projectionAttemptsMax)
        throw failed(`it failed ${attempt} times, at last with: ${errorText(error)}`, error, batch);
      order.onTrouble?.(error as Error);
    }
    await pause(Math.min(limits.projectionPauseMsMax, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    if (isClosed()) return false;
  }
}

class StoreMoved extends Error {}

/** @throws StoreMoved when the store is neither before the batch nor behind it */
async function isIn({ load }: ProjectionOrder, { position, previous }: ProjectionBatch): Promise<boolean> {
  const stored = sequenceOf(await load());
  if (stored === position.sequence) return true;
  if (stored === sequenceOf(previous)) return false;
  throw new StoreMoved(
    `the store is at sequence ${stored}, and was at ${sequenceOf(previous)} before: somebody else writes to it`,
  );
}

function sequenceOf(position: ProjectionPosition | undefined): number {
  return position?.sequence ?? 0;
}

function failed(why: string, cause: unknown, batch?: ProjectionBatch): RollcallError {
  const about = batch === undefined ? '' : ` up to sequence ${batch.position.sequence}`;
  return new RollcallError('ROLLCALL_PROJECTION_FAILED', `a batch${about} could not be taken in: ${why}`, {
    cause,
  });
}
