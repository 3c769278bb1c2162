import { isRollcallError, type JournalMark, type PositionRecord, RollcallError } from '#contracts';
import { fromTime } from '#domain';
import type { Clock } from '../ports/clock.js';
import type { Journal } from '../ports/journal.js';

type Known = Pick<PositionRecord, 'position' | 'journal'>;

/** Two clients read a broker's nanoseconds with different precision. */
const SAME_TIME_MS = 1;

/**
 * Why the journal is not the one a view was made from, in words; undefined when it is. A journal that was restored
 * from a backup is too short, or holds another event where the view's last one was; so does one that was made anew.
 */
export async function journalStrangeness(
  journal: Journal,
  { position, journal: mark }: Known,
): Promise<string | undefined> {
  const { lastSequence } = await journal.ends();
  const known = Math.max(position, mark?.sequence ?? 0);
  if (lastSequence < known)
    return `the view knows sequence ${known}, and the journal ends at ${lastSequence}`;
  if (mark === undefined || mark.sequence === 0) return undefined;
  const event = await journal.at(mark.sequence);
  if (event === undefined)
    return `the journal no longer holds sequence ${mark.sequence}, which the view knows`;
  if (Math.abs(event.atMs - fromTime(mark.at)) <= SAME_TIME_MS) return undefined;
  const found = new Date(event.atMs).toISOString();
  return `sequence ${mark.sequence} of the journal is of ${found}, and the view knows one of ${mark.at}`;
}

/** @throws ROLLCALL_JOURNAL_REPLACED */
export async function assertSameJournal(journal: Journal, record: Known): Promise<void> {
  const strangeness = await journalStrangeness(journal, record);
  if (strangeness !== undefined) throw new RollcallError('ROLLCALL_JOURNAL_REPLACED', strangeness);
}

/** So often a projector makes sure that its journal is still there. */
const APART_MS = 10_000;

/** A journal may be replaced under a projector that waits for its next event, which then never comes. */
export class JournalGuard {
  #seenAtMs = -Infinity;

  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  /** Looks now and then. @throws ROLLCALL_JOURNAL_REPLACED */
  async check(position: number, mark: JournalMark): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.#seenAtMs < APART_MS) return;
    this.#seenAtMs = nowMs;
    try {
      await assertSameJournal(this.journal, { position, journal: mark });
    } catch (error) {
      // A broker that does not answer this will not take the next write either.
      if (isRollcallError(error, 'ROLLCALL_JOURNAL_REPLACED')) throw error;
    }
  }
}
