import type { InstanceView, ServiceView, ViewedRecord, ViewRecord } from '#contracts';
import { isInstanceView, isPresent, type Slot } from '#domain';
import { ViewFollower, type ViewScope } from '#nats';
import type { ClientPlace } from '../client/place.js';
import type { WatchEvent, WatchHandler } from './events.js';

/** One part of the view, followed once and shared by everybody in this process who asks for it. */
export class SharedView {
  readonly #follower: ViewFollower;
  readonly #watchers = new Set<WatchHandler>();
  readonly #onTrouble: (error: Error) => void;
  #opened: Promise<void> | undefined;
  #lastTrouble: Error | undefined;
  #revision = 0;
  #newestSequence = 0;
  #policy: ServiceView | undefined;

  constructor(place: ClientPlace, scope: ViewScope, onTrouble: (error: Error) => void) {
    this.#onTrouble = (error) => {
      this.#lastTrouble = error;
      onTrouble(error);
    };
    this.#follower = new ViewFollower({
      ...place,
      scope,
      onTrouble: this.#onTrouble,
      onChange: (_key, record) => this.#onChange(record),
      onResynced: ({ reason, ...info }) => {
        if (reason !== 'start') this.#tell({ type: 'resynced', reason, ...info });
      },
    });
  }

  /** What went wrong last, for those who wait in vain. */
  get lastTrouble(): Error | undefined {
    return this.#lastTrouble;
  }

  get position(): number {
    return this.#follower.position;
  }

  /** Counts the changes of anything held. */
  get revision(): number {
    return this.#revision;
  }

  /** Journal sequence what is held reflects: a change arrives a moment before the position that covers it. */
  get sequence(): number {
    return Math.max(this.position, this.#newestSequence);
  }

  /** Policy of the service, where the view is of one service. */
  get policy(): ServiceView | undefined {
    return this.#policy;
  }

  get staleMs(): number {
    return this.#follower.staleMs;
  }

  /** Resolves when the first snapshot is held. */
  open(): Promise<void> {
    this.#opened ??= this.#follower.start();
    return this.#opened;
  }

  reached(sequence: number, timeoutMs?: number): Promise<void> {
    return this.#follower.reached(sequence, timeoutMs);
  }

  /** Instances by view key; those that departed only when asked for. */
  instances(withDeparted = false): InstanceView[] {
    const held: InstanceView[] = [];
    for (const { entry } of sortedByKey(this.#follower.table.slots())) {
      if (isInstanceView(entry.record) && (withDeparted || isPresent(entry))) held.push(entry.record);
    }
    return held;
  }

  /** Tells who is there, then every change. Call it only after `open()`. */
  watch(handler: WatchHandler): () => void {
    this.#call(handler, { type: 'snapshot', instances: this.instances(), position: this.position });
    this.#watchers.add(handler);
    return () => void this.#watchers.delete(handler);
  }

  close(): void {
    this.#watchers.clear();
    this.#follower.close();
  }

  #onChange(change: ViewRecord): void {
    this.#revision += 1;
    this.#newestSequence = Math.max(this.#newestSequence, change.sequence);
    if (isPolicy(change.record)) this.#policy = change.record;
    if (isInstanceView(change.record))
      this.#tell({ type: 'change', change: change as ViewRecord<InstanceView> });
  }

  #tell(event: WatchEvent): void {
    for (const watcher of this.#watchers) this.#call(watcher, event);
  }

  /** A watcher's mistake must not stop the following of the view. */
  #call(watcher: WatchHandler, event: WatchEvent): void {
    try {
      watcher(event);
    } catch (error) {
      this.#onTrouble(error as Error);
    }
  }
}

function isPolicy(record: ViewedRecord): record is ServiceView {
  return !isInstanceView(record) && !('engaged' in record);
}

function sortedByKey(slots: Iterable<Slot>): Slot[] {
  return [...slots].sort((left, right) => (left.key < right.key ? -1 : 1));
}
