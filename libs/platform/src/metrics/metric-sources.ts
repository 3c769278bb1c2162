/** What is looked up when somebody asks for the metrics, and not before. */
export interface MetricSources {
  /** How many instances of which namespace are in which status. */
  instances(): Iterable<{ readonly namespace: string; readonly status: string; readonly count: number }>;
  /** How many instances of each service callers are sent to first. */
  preferred(): Iterable<{ readonly namespace: string; readonly service: string; readonly count: number }>;
  /** Undefined while it is not known. */
  standing(): Promise<Standing | undefined>;
  watchers(): number;
  /** Where the SQL tables stand, in a process that keeps them. */
  sql?(): SqlTablesStanding;
}

/** Where the SQL tables of a process stand. */
export interface SqlTablesStanding {
  /** Journal sequence they reflect. */
  readonly position: number;
  /** Why they are not kept up. */
  readonly trouble: Error | undefined;
}

/** Where a node stands. */
export interface Standing {
  readonly position: number;
  /** Sequence of the newest event in the journal. */
  readonly journalEnd: number;
  readonly staleMs: number;
  readonly isLeading: boolean;
  /** Events set aside since the registry was founded. */
  readonly quarantined: number;
  /** Leases that are alive at the broker. */
  readonly leases: number;
}
