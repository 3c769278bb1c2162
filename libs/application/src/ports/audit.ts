import type { SignedCheckpoint } from '../audit/checkpoint.js';

/** A journal message as it is stored, to the byte. */
export interface StoredEvent {
  readonly sequence: number;
  /** Broker store time in nanoseconds since the epoch. */
  readonly timeNs: bigint;
  readonly subject: string;
  /** The header block as stored, `NATS/1.0` line included; empty when there are no headers. */
  readonly headers: Uint8Array;
  readonly body: Uint8Array;
}

/** The hashes of consecutive events, each over its event and the hash before it. */
export interface AuditBlock {
  readonly from: number;
  readonly to: number;
  /** Hash of the event before `from`; of the first block that of nothing. */
  readonly previous: string;
  readonly hashes: readonly string[];
}

export interface AuditSource {
  /**
   * Hands over the events of a range as they are stored, in order.
   * @param range with `patterns` only the aggregates they name
   */
  readStored(
    range: { readonly from: number; readonly to: number; readonly patterns?: readonly string[] },
    onEvent: (event: StoredEvent) => void,
  ): Promise<void>;
}

/** Where the hashes and the checkpoints are kept, beside the journal. */
export interface AuditTrail {
  /** The newest block and its place, for the guard of the next one. */
  last(): Promise<{ readonly block: AuditBlock; readonly revision: number } | undefined>;
  /** Appends unless somebody else did meanwhile, and returns its place. @throws ROLLCALL_REVISION_CONFLICT */
  append(block: AuditBlock, expectedRevision: number): Promise<number>;
  sign(checkpoint: SignedCheckpoint): Promise<void>;
  /** Everything that was kept, in order. */
  readAll(handlers: {
    readonly onBlock: (block: AuditBlock) => void;
    readonly onCheckpoint: (checkpoint: SignedCheckpoint) => void;
  }): Promise<void>;
}
