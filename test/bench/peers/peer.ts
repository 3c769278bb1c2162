/** One record of a service registry: the same bytes for every system. */
export interface PeerRecord {
  readonly service: string;
  readonly instance: string;
  readonly value: string;
}

/** A system that can hold a registry, behind the few operations that are compared. */
export interface Peer {
  /** With its version. */
  readonly name: string;
  /** What is on disk when an operation is acknowledged. */
  readonly durability: string;
  /** How instances are found, and how bulk is done, in words. */
  readonly how: string;
  /** Resolves when the record is stored. */
  register(record: PeerRecord): Promise<void>;
  /** Stores at most `bulkMax` records with one request. */
  registerBulk(records: readonly PeerRecord[]): Promise<void>;
  readonly bulkMax: number;
  /** Tells of every record that arrives, on a connection of its own, once the record itself is there. */
  watch(onSeen: (instance: string) => void): Promise<void>;
  /** All records of one service, as a caller asks for them; undefined when there is no such operation. */
  readonly lookup?: (service: string) => Promise<number>;
  /** The same question asked of its server, where `lookup` is answered in the asking process. */
  readonly remotely?: Readonly<Record<'http' | 'dns', (service: string) => Promise<number>>>;
  stop(): Promise<void>;
}
