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
      const to = Math.min(lastSequence, from + limits.auditBlockEventsMax - 1);
      tip = await this.#append(tip, await this.#blockOf(tip, { from, to }));
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

  async #blockOf(tip: Tip, range: { readonly from: number; readonly to: number }): Promise<AuditBlock> {
    const hashes: string[] = [];
    let hash = tip.hash;
    let expected = range.from;
    await this.parts.source.readStored(range, (event) => {
      // What comes behind a hole is not chained on; the hole is told when reading has ended.
      if (event.sequence !== expected) return;
      expected += 1;
      hash = chainHash(hash, event);
      hashes.push(hash);
    });
    if (expected !== range.to + 1) throw missing(expected);
    return { ...range, previous: tip.hash, hashes };
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
