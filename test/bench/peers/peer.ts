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
  /** Processes of its servers, by name. */
  readonly servers: Readonly<Record<string, number>>;
  /** Makes what has to be there before the records; nobody's clock runs. */
  prepare?(records: readonly PeerRecord[]): Promise<void>;
  /** Resolves when the record is stored. */
  register(record: PeerRecord): Promise<void>;
  /** Stores at most `bulkMax` records with one request. */
  registerBulk(records: readonly PeerRecord[]): Promise<void>;
  readonly bulkMax: number;
  /** The same as `register` by writers that merge nothing, where what one writer has in flight is merged. */
  readonly registerApart?: (record: PeerRecord, writer: number) => Promise<void>;
  /** Resolves when all that was stored is seen by the watcher; undefined where what is stored can be read at once. */
  readonly allSeen?: () => Promise<void>;
  /** Resolves when nothing is left to do in the background; undefined where nothing is known to be. */
  readonly settled?: () => Promise<void>;
  /** Tells of every record that arrives, on a connection of its own, once the record itself is there. */
  watch(onSeen: (instance: string) => void): Promise<void>;
  /** All records of one service, as a caller asks for them; undefined when there is no such operation. */
  readonly lookup?: (service: string) => Promise<number>;
  /** The same question, answered without asking whether there is something newer. */
  readonly lookupLocally?: (service: string) => Promise<number>;
  /** The same question asked of its server, where `lookup` is answered in the asking process. */
  readonly remotely?: Readonly<Record<'http' | 'dns', (service: string) => Promise<number>>>;
  stop(): Promise<void>;
}
