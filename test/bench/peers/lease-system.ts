/** A system that keeps records only as long as somebody says that they live. */
export interface LeaseSystem {
  /** With its version; none for Rollcall itself. */
  readonly name: string;
  /** What is on disk when a renewal is acknowledged. */
  readonly durability: string;
  readonly how: string;
  /** It promises more than the others: shown beside them, and no ratio is taken. */
  readonly isAside?: true;
  /** Processes of its servers. */
  readonly servers: readonly number[];
  /** Renews a lease by its number; resolves when that is acknowledged. */
  readonly renew: (lease: number) => Promise<void>;
  stop(): Promise<void>;
}

/** Nobody's lease ends while the others have their turn. */
export const LEASE_TTL_MS = 900_000;
