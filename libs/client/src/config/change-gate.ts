import type { ConfigView, ViewRecord } from '#contracts';

interface Awaited {
  readonly held: Set<number>;
  readonly count: number;
  /** Journal sequence of the last key of the set: a batch is stored in one piece. */
  readonly lastSequence: number;
}

/** Keys that must be told together, and the sequence of their newest event. */
export interface TouchedGroup {
  readonly keys: Set<string>;
  sequence: number;
}

/**
 * Holds changes back until every change set among them is complete: all its keys are here, or the view has passed
 * its end, because a key that is missing then was changed again meanwhile.
 */
export class ChangeGate {
  readonly #awaited = new Map<string, Awaited>();
  readonly #groups = new Map<string, TouchedGroup>();

  /** A record of the view has changed. */
  add(key: string, { sequence, record }: Pick<ViewRecord, 'sequence' | 'record'>): void {
    const { changeSet } = record as ConfigView;
    const name = changeSet === undefined ? `key ${key}` : `set ${changeSet.id}`;
    const group = this.#groups.get(name) ?? { keys: new Set<string>(), sequence };
    group.keys.add(key);
    group.sequence = Math.max(group.sequence, sequence);
    this.#groups.set(name, group);
    if (changeSet === undefined || changeSet.count === 1) return;
    const { id, index, count } = changeSet;
    const lastSequence = sequence - index + count - 1;
    const awaited = this.#awaited.get(id) ?? { held: new Set<number>(), count, lastSequence };
    awaited.held.add(index);
    this.#awaited.set(id, awaited);
  }

  /** Everything that was added, in the order of the journal, once nothing is missing; undefined before. */
  take(position: number): TouchedGroup[] | undefined {
    for (const [id, { held, count, lastSequence }] of this.#awaited) {
      if (held.size >= count || position >= lastSequence) this.#awaited.delete(id);
    }
    if (this.#awaited.size > 0) return undefined;
    const groups = [...this.#groups.values()].sort((left, right) => left.sequence - right.sequence);
    this.#groups.clear();
    return groups;
  }
}
