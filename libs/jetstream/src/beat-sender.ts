import { headers } from '@nats-io/nats-core';
import type { IncarnationId } from '#contracts';
import type { BeatSender } from '#application';
import { AckPublisher, encodeJson } from '#nats';
import type { RegistryStore } from './registry-store.js';

/** Heartbeats on behalf of instances that renew their lease over HTTP. */
export class JetStreamBeatSender implements BeatSender {
  readonly #publisher: AckPublisher;
  readonly #store: RegistryStore;

  constructor(store: RegistryStore) {
    this.#store = store;
    this.#publisher = new AckPublisher(store.connection, { stream: store.streams.heartbeats });
  }

  async send(id: IncarnationId, ttlMs: number): Promise<void> {
    const head = headers();
    head.set('Nats-TTL', `${Math.ceil(ttlMs / 1_000)}s`);
    const payload = encodeJson({ at: new Date().toISOString() });
    await this.#publisher.publish({ subject: this.#store.subjects.heartbeat(id), payload, headers: head });
  }

  close(): void {
    this.#publisher.close();
  }
}
