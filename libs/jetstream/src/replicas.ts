import type { Subscription } from '@nats-io/nats-core';
import type { Replicas } from '#application';
import type { RegistryStore } from './registry-store.js';

/** A candidate ticks every 400 ms; one that has been silent for so long is gone. */
const GONE_MS = 2_000;

/** The replicas of a role, by the ticks with which they stand for election. */
export class ElectionReplicas implements Replicas {
  readonly #own: string;
  readonly #heardAtMs = new Map<string, number>();
  readonly #subscription: Subscription;

  constructor({ connection, subjects }: RegistryStore, role: string, own: string) {
    this.#own = own;
    this.#subscription = connection.subscribe(`${subjects.prefix}election.v1.${role}`, {
      callback: (error, message) => {
        if (error === null) this.#heardAtMs.set(message.string(), performance.now());
      },
    });
  }

  names(): readonly string[] {
    for (const [name, atMs] of this.#heardAtMs) {
      if (performance.now() - atMs > GONE_MS) this.#heardAtMs.delete(name);
    }
    // Alone while the connection is away: then nothing can be journaled anyway.
    return [...new Set([this.#own, ...this.#heardAtMs.keys()])].filter((name) => name !== 'unpinned');
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}
