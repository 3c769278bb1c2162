import type { AuditBlock, StoredEvent } from '../ports/audit.js';
import { chainHash, GENESIS_HASH } from './chain.js';
import { fingerprintOf, isSignatureRight, type SignedCheckpoint } from './checkpoint.js';

/** What is wrong, and with which event. */
export interface AuditFinding {
  readonly sequence: number;
  readonly what: string;
}

export interface AuditReport {
  /** Events whose hash was compared. */
  readonly events: number;
  readonly from: number;
  readonly to: number;
  /** Journaled, and not yet in the chain. */
  readonly unaudited: number;
  readonly checkpoints: number;
  /** Fingerprints of the keys that signed. */
  readonly keys: readonly string[];
  /** The first thing wrong of each sort, by sequence; none: the chain holds. */
  readonly findings: readonly AuditFinding[];
}

/**
 * Holds events against the hashes that were kept of them, as both are handed over: first all blocks and checkpoints,
 * then all events in order, then `report`.
 */
export class ChainVerifier {
  readonly #hashes = new Map<number, string>();
  readonly #checkpoints: SignedCheckpoint[] = [];
  readonly #findings: AuditFinding[] = [];
  #first = 0;
  #last = 0;
  #tipHash = GENESIS_HASH;
  #previous: string | undefined;
  #expected = 0;
  #events = 0;
  #unaudited = 0;
  #isChainLost = false;

  /** Blocks in the order they were kept. */
  block({ from, to, previous, hashes }: AuditBlock): void {
    const isFirst = this.#first === 0;
    if (isFirst) {
      this.#first = from;
      this.#previous = previous;
    }
    const follows = isFirst || (from === this.#last + 1 && previous === this.#tipHash);
    if (!follows || hashes.length !== to - from + 1) {
      this.#find(
        from,
        `the audit trail itself is broken: the block ${from} to ${to} does not follow ${this.#last}`,
      );
    }
    for (const [index, hash] of hashes.entries()) this.#hashes.set(from + index, hash);
    this.#last = to;
    this.#tipHash = hashes.at(-1) ?? this.#tipHash;
  }

  checkpoint(checkpoint: SignedCheckpoint): void {
    this.#checkpoints.push(checkpoint);
  }

  /** Events in the order they were handed over, from the first there is. */
  event(event: StoredEvent): void {
    if (this.#expected === 0) this.#begin(event.sequence);
    if (event.sequence !== this.#expected) {
      const what =
        event.sequence > this.#expected
          ? `it is missing: ${event.sequence} comes next`
          : `${event.sequence} comes where it was expected: events were reordered or inserted`;
      this.#find(this.#expected, what);
      this.#isChainLost = true;
    }
    this.#expected = event.sequence + 1;
    const kept = this.#hashes.get(event.sequence);
    if (kept === undefined) {
      this.#unaudited += 1;
      return;
    }
    this.#events += 1;
    if (this.#isChainLost) return;
    const hash = chainHash(this.#previous ?? GENESIS_HASH, event);
    if (hash !== kept) {
      this.#find(event.sequence, 'it is not what was audited: the event, or its place, was changed');
      this.#isChainLost = true;
    }
    this.#previous = kept;
  }

  /** @param outside a checkpoint that was kept where who can write the journal cannot: shows a cut */
  report(outside?: SignedCheckpoint): AuditReport {
    const end = Math.max(0, this.#expected - 1);
    if (this.#last > end) {
      this.#find(
        end + 1,
        `the journal was cut off: it ends with ${end}, and ${this.#last} events were audited`,
      );
    }
    for (const checkpoint of [...this.#checkpoints, ...(outside === undefined ? [] : [outside])]) {
      this.#judge(checkpoint, checkpoint === outside);
    }
    const keys = new Set(this.#checkpoints.map(({ publicKey }) => fingerprintOf(publicKey)));
    if (
      outside !== undefined &&
      this.#checkpoints.length > 0 &&
      !keys.has(fingerprintOf(outside.publicKey))
    ) {
      this.#find(outside.sequence, 'the key that signed the trail is not the one that signed outside');
    }
    return {
      events: this.#events,
      from: this.#first,
      to: Math.min(this.#last, end),
      unaudited: this.#unaudited,
      checkpoints: this.#checkpoints.length,
      keys: [...keys],
      findings: this.#findings.toSorted((left, right) => left.sequence - right.sequence),
    };
  }

  /** Where the journal no longer begins at its beginning, the hash before its first event comes from the trail. */
  #begin(sequence: number): void {
    this.#expected = sequence;
    if (this.#first === 0 || sequence === this.#first) return;
    if (sequence > this.#first) this.#previous = this.#hashes.get(sequence - 1);
    else this.#find(sequence, `it stands before ${this.#first}, where the audit trail begins`);
  }

  #judge(checkpoint: SignedCheckpoint, isOutside: boolean): void {
    const { sequence, hash } = checkpoint;
    const where = isOutside ? 'outside' : 'in the trail';
    if (!isSignatureRight(checkpoint)) {
      this.#find(sequence, `the signature of the checkpoint ${where} is wrong`);
      return;
    }
    const kept = this.#hashes.get(sequence);
    if (kept === hash) return;
    const what =
      kept === undefined
        ? `a checkpoint ${where} vouches for it, and the audit trail ends with ${this.#last}`
        : `the checkpoint ${where} vouches for another hash: the trail was written anew`;
    this.#find(sequence, what);
  }

  /** The first is what matters; what follows from it would hide it. */
  #find(sequence: number, what: string): void {
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push({ sequence, what });
  }
}

const FINDINGS_MAX = 10;
