import { SHARED_APPLICATION, type ViewRecord } from '#contracts';
import { type ResyncReason, ViewFollower } from '#nats';
import type { ClientPlace } from '../client/place.js';
import { ChangeGate, type TouchedGroup } from './change-gate.js';
import type { ConfigStore } from './config-store.js';

export interface ConfigLinkParts {
  readonly place: ClientPlace;
  readonly application: string;
  readonly store: ConfigStore;
  /** Complete changes, oldest first, and the journal sequence they go up to. The first time also when there are none. */
  readonly onGroups: (groups: readonly TouchedGroup[], revision: number) => void;
  readonly onResynced: (reason: ResyncReason) => void;
  readonly onTrouble: (error: Error) => void;
}

/** Follows the config of one application, and of `_shared`, in the view: nothing else is held in memory. */
export class ConfigLink {
  readonly #parts: ConfigLinkParts;
  readonly #gate = new ChangeGate();
  readonly #follower: ViewFollower;
  /** The newest sequence seen; told once everything before it is complete. */
  #seen = 0;
  #isSynced = false;
  #isTold = false;

  constructor(parts: ConfigLinkParts) {
    this.#parts = parts;
    const { place, application, onTrouble } = parts;
    this.#follower = new ViewFollower({
      ...place,
      scope: {
        namespace: place.namespace,
        services: [],
        applications: [...new Set([SHARED_APPLICATION, application])],
      },
      onTrouble,
      onChange: (key, record) => this.#onChange(key, record),
      onPosition: () => this.#flush(),
      onResynced: ({ reason }) => {
        // Deletions are not told by a snapshot, and have been dealt with all the same.
        for (const { entry } of this.#follower.table.slots())
          this.#seen = Math.max(this.#seen, entry.sequence);
        this.#isSynced = true;
        this.#flush();
        parts.onResynced(reason);
      },
    });
  }

  get position(): number {
    return this.#follower.position;
  }

  get staleMs(): number {
    return this.#follower.staleMs;
  }

  /** Resolves when the first snapshot is held, whole or not. */
  start(): Promise<void> {
    return this.#follower.start();
  }

  reached(sequence: number, timeoutMs?: number): Promise<void> {
    return this.#follower.reached(sequence, timeoutMs);
  }

  close(): void {
    this.#follower.close();
  }

  #onChange(viewKey: string, record: ViewRecord): void {
    // A record that has left the view altogether says nothing any more.
    const isForgotten = this.#follower.table.get(viewKey) === undefined;
    const key = this.#parts.store.put(viewKey, isForgotten ? undefined : record);
    if (key === undefined) return;
    this.#seen = Math.max(this.#seen, record.sequence);
    this.#gate.add(key, record);
    this.#flush();
  }

  #flush(): void {
    if (!this.#isSynced) return;
    const groups = this.#gate.take(this.#follower.position);
    if (groups === undefined || (groups.length === 0 && this.#isTold)) return;
    this.#isTold = true;
    this.#parts.onGroups(groups, this.#seen);
  }
}
