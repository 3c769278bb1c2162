import type { InstanceView, ViewRecord } from '#contracts';
import {
  compileWatchFilter,
  type InstanceFilter,
  isInstanceView,
  isPresent,
  type Slot,
  type ViewTable,
} from '#domain';
import type { ChangeFeed, FeedChange, FeedListener, FeedPlace } from './change-feed.js';
import type { GapReason, ToldRecord, WatchSink } from './watch-event.js';

export interface WatchOrder {
  readonly feed: ChangeFeed;
  readonly table: ViewTable;
  readonly namespace: string;
  readonly filter: InstanceFilter;
  /** Everything up to here has been seen. Absent: nothing has. */
  readonly since?: number;
  readonly sink: WatchSink;
}

/**
 * Follows the instances of a part of the view for somebody, from all there is or from where they were, and never holds more than one
 * note per instance for them: who does not keep up is told the newest state of what changed, and that steps are
 * missing.
 */
export class Watcher implements FeedListener {
  readonly #order: WatchOrder;
  readonly #place: FeedPlace;
  readonly #test: ((view: InstanceView) => boolean) | undefined;
  /** Keys the other side holds; kept only where a filter decides, because there it cannot be worked out. */
  readonly #told = new Set<string>();
  /** What is still to be told, with the last that was heard of it; undefined while everything is told at once. */
  #due: Map<string, ViewRecord | undefined> | undefined;
  #dueReason = 'start';
  #skipped = 0;
  #isTouched = false;
  #toldPosition = 0;
  #stop: () => void = () => undefined;

  constructor(order: WatchOrder) {
    this.#order = order;
    const { namespace, filter } = order;
    const { services, ...rest } = filter;
    this.#place = services === undefined ? { namespace } : { namespace, services };
    this.#test = Object.keys(rest).length === 0 ? undefined : compileWatchFilter(rest);
  }

  /** Tells what has been missed, then every change, until `stop`. */
  start(): void {
    const { feed, since } = this.#order;
    const missed = since === undefined || since > feed.position ? undefined : feed.since(since, this.#place);
    this.#stop = feed.listen(this.#place, this);
    if (missed === undefined) {
      this.#begin(since === undefined ? 'start' : 'too-old', this.#everything());
      return;
    }
    this.#rememberTold(missed, since as number);
    for (const change of missed) this.onChange(change);
    if (this.#due === undefined) this.#tellPosition();
  }

  stop(): void {
    this.#stop();
  }

  onChange({ key, record }: FeedChange): void {
    if (!isInstanceView(record.record)) return;
    if (this.#due !== undefined) {
      this.#skipped += this.#due.has(key) ? 1 : 0;
      this.#due.set(key, record);
    } else if (this.#order.sink.isFull) {
      this.#due = new Map([[key, record]]);
      this.#dueReason = 'slow';
      this.#skipped = 1;
    } else this.#tell(key, record);
  }

  onPosition(): void {
    if (this.#due === undefined && this.#isTouched) this.#tellPosition();
  }

  onResynced(reason: string): void {
    if (this.#due === undefined) this.#tellResynced(reason);
  }

  /** There is room again. */
  onDrained(): void {
    if (this.#due === undefined) return;
    if (this.#dueReason === 'slow' && this.#skipped > 0) {
      this.#order.sink.send({ kind: 'gap', reason: 'slow', complete: false, skipped: this.#skipped });
      this.#skipped = 0;
    }
    this.#tellDue();
  }

  /** Nothing may have happened for a while: moves the place to come back to. */
  onQuiet(): void {
    if (this.#due === undefined && this.#order.feed.position > this.#toldPosition) this.#tellPosition();
  }

  #begin(reason: 'start' | GapReason, keys: Map<string, undefined>): void {
    this.#due = keys;
    this.#dueReason = reason;
    if (reason !== 'start') this.#order.sink.send({ kind: 'gap', reason, complete: true });
    this.#tellDue();
  }

  /** Tells what is due for as long as there is room. */
  #tellDue(): void {
    const { feed, sink, table } = this.#order;
    const due = this.#due as Map<string, ViewRecord | undefined>;
    for (const [key, heard] of due) {
      if (sink.isFull) return;
      due.delete(key);
      const entry = table.get(key)?.entry;
      if (entry !== undefined && isPresent(entry) && heard?.change !== 'updated')
        this.#tell(key, feed.entries.added(entry));
      else if (entry !== undefined)
        this.#tell(key, { ...entry, change: isPresent(entry) ? 'updated' : 'removed', changed: [] });
      else if (heard !== undefined) this.#tell(key, { ...heard, change: 'removed', changed: [] });
    }
    this.#due = undefined;
    this.#tellResynced(this.#dueReason);
  }

  #tell(key: string, record: ViewRecord): void {
    const told = this.#test === undefined ? record : this.#filtered(key, record, this.#test);
    if (told === undefined) return;
    this.#isTouched = true;
    this.#order.sink.send({ kind: 'change', record: told });
  }

  #filtered(key: string, record: ViewRecord, test: (view: InstanceView) => boolean): ToldRecord | undefined {
    const { record: viewed } = record;
    const fits = isInstanceView(viewed) && viewed.departure === undefined && test(viewed);
    const wasTold = this.#told.has(key);
    if (fits) {
      this.#told.add(key);
      return wasTold || record.change === 'added' ? record : { ...record, change: 'added' };
    }
    if (!wasTold) return undefined;
    this.#told.delete(key);
    return record.change === 'removed' ? record : { ...record, change: 'removed', unmatched: true };
  }

  #tellPosition(): void {
    const { position } = this.#order.feed;
    this.#isTouched = false;
    this.#toldPosition = position;
    this.#order.sink.send({ kind: 'position', sequence: position });
  }

  #tellResynced(reason: string): void {
    const { position } = this.#order.feed;
    this.#isTouched = false;
    this.#toldPosition = position;
    this.#order.sink.send({ kind: 'resynced', reason, sequence: position });
  }

  /**
   * Whoever comes back holds what fits and has not changed since. What has changed they may hold: also where the
   * change stands in the view already and is only about to be told.
   */
  #rememberTold(missed: readonly FeedChange[], since: number): void {
    const test = this.#test;
    if (test === undefined) return;
    for (const { key, entry } of this.#slots()) {
      const fits = isPresent(entry) && isInstanceView(entry.record) && test(entry.record);
      if (fits || entry.sequence > since) this.#told.add(key);
    }
    for (const { key } of missed) this.#told.add(key);
  }

  /** Keys of what is present in the place. */
  #everything(): Map<string, undefined> {
    const keys = new Map<string, undefined>();
    for (const { key, entry } of this.#slots()) if (isPresent(entry)) keys.set(key, undefined);
    return keys;
  }

  *#slots(): Iterable<Slot> {
    const { namespace, services } = this.#place;
    const { table } = this.#order;
    if (services !== undefined) {
      for (const service of new Set(services))
        yield* table.service(namespace, service)?.instances.values() ?? [];
      return;
    }
    for (const slots of table.services()) {
      if (slots.namespace === namespace) yield* slots.instances.values();
    }
  }
}
