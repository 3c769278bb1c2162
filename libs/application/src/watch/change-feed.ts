import { limits, parseAggregateKey, type ViewRecord } from '#contracts';
import { serviceId } from '#domain';
import { ToldEntries } from './told-entries.js';

/** One change of the view, as it was told. */
export interface FeedChange {
  readonly key: string;
  readonly record: ViewRecord;
  /** The view's position when it was told: everything up to there had been told before. */
  readonly after: number;
}

export interface FeedListener {
  onChange(change: FeedChange): void;
  /** Everything up to this journal sequence has been told. */
  onPosition?(position: number): void;
  /** The view was loaded anew; what differed has been told. */
  onResynced?(reason: string): void;
}

/** A part of the view somebody listens to: a namespace, or some services of it. */
export interface FeedPlace {
  readonly namespace: string;
  readonly services?: readonly string[];
}

/**
 * The changes of the view, handed on to whoever listens in this process, and the newest of them kept for whoever
 * comes back. Each change goes only to those who listen to its service or namespace.
 */
export class ChangeFeed {
  /** What is there, in the words of a change; made once for all who come. */
  readonly entries = new ToldEntries();
  readonly #byPlace = new Map<string, Set<FeedListener>>();
  readonly #all = new Set<FeedListener>();
  readonly #countMax: number;
  /** The oldest that are still kept are at `#keptFrom`; what was let go before them is undefined. */
  #kept: (FeedChange | undefined)[] = [];
  #keptFrom = 0;
  #coveredFrom = Infinity;
  #position = 0;

  constructor(countMax: number = limits.watchReplayMax) {
    this.#countMax = countMax;
  }

  get position(): number {
    return this.#position;
  }

  get listenerCount(): number {
    return this.#all.size;
  }

  /** From the follower of the view. */
  change(key: string, record: ViewRecord): void {
    const change = { key, record, after: this.#position };
    this.#keep(change);
    for (const place of placesOf(key))
      for (const listener of this.#byPlace.get(place) ?? []) listener.onChange(change);
  }

  advance(position: number): void {
    this.#position = Math.max(this.#position, position);
    for (const listener of this.#all) listener.onPosition?.(this.#position);
  }

  /** @param reason `start` when nobody can have seen anything before, `rebuilt` when sequences went back */
  resynced(reason: string, position: number): void {
    if (reason === 'rebuilt') this.#position = position;
    if (reason === 'start' || reason === 'rebuilt') {
      this.#kept = [];
      this.#keptFrom = 0;
      this.#coveredFrom = position;
    }
    this.advance(position);
    for (const listener of this.#all) listener.onResynced?.(reason);
  }

  /** Returns a function that ends it. */
  listen({ namespace, services }: FeedPlace, listener: FeedListener): () => void {
    const places =
      services === undefined ? [namespace] : services.map((service) => serviceId(namespace, service));
    for (const place of places) {
      const listeners = this.#byPlace.get(place) ?? new Set();
      this.#byPlace.set(place, listeners.add(listener));
    }
    this.#all.add(listener);
    return () => {
      this.#all.delete(listener);
      for (const place of places) {
        const listeners = this.#byPlace.get(place);
        listeners?.delete(listener);
        if (listeners?.size === 0) this.#byPlace.delete(place);
      }
    };
  }

  /**
   * Every change somebody may not have seen who has seen everything up to a sequence; some of them they may have.
   * Undefined when that is too long ago to know.
   */
  since(sequence: number, place: FeedPlace): FeedChange[] | undefined {
    if (sequence < this.#coveredFrom) return undefined;
    const isWanted = placeTest(place);
    const missed: FeedChange[] = [];
    for (let index = this.#keptFrom; index < this.#kept.length; index += 1) {
      const change = this.#kept[index] as FeedChange;
      // Changes are told nearly, but not strictly, in the order of their sequences.
      if ((change.after >= sequence || change.record.sequence > sequence) && isWanted(change.key))
        missed.push(change);
    }
    return missed;
  }

  #keep(change: FeedChange): void {
    this.#kept.push(change);
    while (this.#kept.length - this.#keptFrom > this.#countMax) {
      const { after, record } = this.#kept[this.#keptFrom] as FeedChange;
      this.#coveredFrom = Math.max(this.#coveredFrom, after + 1, record.sequence);
      this.#kept[this.#keptFrom] = undefined;
      this.#keptFrom += 1;
    }
    if (this.#keptFrom > this.#countMax) {
      this.#kept = this.#kept.slice(this.#keptFrom);
      this.#keptFrom = 0;
    }
  }
}

/** Namespace and service of a key, as listeners are filed. */
function placesOf(key: string): string[] {
  const aggregate = parseAggregateKey(key);
  if (aggregate === undefined) return [];
  const { namespace } = aggregate;
  return 'service' in aggregate ? [namespace, serviceId(namespace, aggregate.service)] : [namespace];
}

function placeTest({ namespace, services }: FeedPlace): (key: string) => boolean {
  const wanted = new Set(services?.map((service) => serviceId(namespace, service)) ?? [namespace]);
  return (key) => placesOf(key).some((place) => wanted.has(place));
}
