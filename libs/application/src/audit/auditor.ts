import { limits, RollcallError } from '#contracts';
import type { AuditBlock, AuditSource, AuditTrail } from '../ports/audit.js';
import type { Journal } from '../ports/journal.js';
import { chainHash, GENESIS_HASH } from './chain.js';

export interface AuditorParts {
  readonly journal: Pick<Journal, 'ends'>;
  readonly source: AuditSource;
  readonly trail: AuditTrail;
}

interface Tip {
  readonly sequence: number;
  readonly hash: string;
  readonly revision: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Chains the journal's events into the audit trail, behind the journal and in its order. */
export class Auditor {
  #tip: Tip | undefined;

  constructor(private readonly parts: AuditorParts) {}

  /**
   * Audits what has been journaled since, a block at a time, and returns the end of the chain.
   * @throws ROLLCALL_AUDIT_BROKEN when the journal no longer holds what was audited
   */
  async catchUp(): Promise<{ readonly sequence: number; readonly hash: string }> {
    let tip = (this.#tip ??= await this.#readTip());
    const { firstSequence, lastSequence } = await this.parts.journal.ends();
    if (lastSequence < tip.sequence) {
      throw new RollcallError(
        'ROLLCALL_AUDIT_BROKEN',
        `the journal ends with sequence ${lastSequence}, and ${tip.sequence} events were audited`,
      );
    }
    while (tip.sequence < lastSequence) {
      const from = Math.max(tip.sequence + 1, tip.sequence === 0 ? firstSequence : 0);
      const to = Math.min(lastSequence, from + limits.journalPieceEventsMax - 1);
      tip = await this.#chain(tip, { from, to });
    }
    return tip;
  }

  async #append(tip: Tip, block: AuditBlock): Promise<Tip> {
    try {
      const revision = await this.parts.trail.append(block, tip.revision);
      this.#tip = { sequence: block.to, hash: block.hashes.at(-1) as string, revision };
      return this.#tip;
    } catch (error) {
      // Another replica was quicker: its block is looked at before the next one is made.
      this.#tip = undefined;
      throw error;
    }
  }

  /** Read in one piece, appended in blocks. */
  async #chain(tip: Tip, range: Range): Promise<Tip> {
    const hashes = await this.#hashesOf(tip, range);
    const end = range.from + hashes.length - 1;
    let last = tip;
    for (let from = range.from; from <= end;) {
      const to = Math.min(end, from + limits.auditBlockEventsMax - 1);
      const block = hashes.slice(from - range.from, to - range.from + 1);
      last = await this.#append(last, { from, to, previous: last.hash, hashes: block });
      from = to + 1;
    }
    if (end < range.to) throw missing(end + 1);
    return last;
  }

  /** Of the events of a range, up to the first that is missing. */
  async #hashesOf(tip: Tip, range: Range): Promise<string[]> {
    const hashes: string[] = [];
    let hash = tip.hash;
    await this.parts.source.readStored(range, (event) => {
      // What comes behind a hole is not chained on; the hole is told when what is before it has been.
      if (event.sequence !== range.from + hashes.length) return;
      hash = chainHash(hash, event);
      hashes.push(hash);
    });
    return hashes;
  }

  /** Where the chain ends. The event there is held against its hash: a journal that took its place is not chained on. */
  async #readTip(): Promise<Tip> {
    const { trail, source } = this.parts;
    const last = await trail.last();
    if (last === undefined) return { sequence: 0, hash: GENESIS_HASH, revision: 0 };
    const { block, revision } = last;
    const tip = { sequence: block.to, hash: block.hashes.at(-1) as string, revision };
    const before = block.hashes.at(-2) ?? block.previous;
    let isSame = true;
    await source.readStored({ from: tip.sequence, to: tip.sequence }, (event) => {
      if (event.sequence === tip.sequence) isSame = chainHash(before, event) === tip.hash;
    });
    if (isSame) return tip;
    throw new RollcallError(
      'ROLLCALL_AUDIT_BROKEN',
      `sequence ${tip.sequence} is not the event that was audited`,
    );
  }
}

function missing(sequence: number): RollcallError {
  return new RollcallError('ROLLCALL_AUDIT_BROKEN', `sequence ${sequence} is missing from the journal`);
}
