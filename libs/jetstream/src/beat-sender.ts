import type { IncarnationId } from '#contracts';
import type { BeatSender } from '#application';
import { AckPublisher, encodeJson, OutgoingHeaders } from '#nats';
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
    const headers = new OutgoingHeaders().put('Nats-TTL', `${Math.ceil(ttlMs / 1_000)}s`);
    const payload = encodeJson({ at: new Date().toISOString() });
    await this.#publisher.publish({ subject: this.#store.subjects.heartbeat(id), payload, headers });
  }

  close(): void {
    this.#publisher.close();
  }
}
