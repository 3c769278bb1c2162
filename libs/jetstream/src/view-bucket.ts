import type { StoredRecord, ViewBucket, ViewWrite, ViewWriter } from '#application';
import { AckPublisher, Echoes, encodeJson, type JournalPlace, OutgoingHeaders, readAll } from '#nats';

/** The view in a KV bucket, written by message so that each write can carry its guard and its life span. */
export class JetStreamViewBucket implements ViewBucket {
  /** Every write comes back to whoever follows the view. */
  readonly echoes = new Echoes();
  readonly #place: JournalPlace;

  constructor(place: JournalPlace) {
    this.#place = place;
  }

  openWriter(): ViewWriter {
    const { connection, streams } = this.#place;
    const publisher = new AckPublisher(connection, { stream: streams.view });
    return {
      write: async (write) => (await publisher.publish(this.#outgoing(write))).sequence,
      close: () => publisher.close(),
    };
  }

  async readAll(
    onRecord: (record: StoredRecord) => void,
    patterns: readonly string[] = ['>'],
  ): Promise<void> {
    const { connection, streams, domain } = this.#place;
    const filterSubjects = patterns.map((pattern) => streams.viewSubjects + pattern);
    const order = {
      stream: streams.view,
      from: 'last-per-subject' as const,
      filterSubjects,
      ...(domain === undefined ? {} : { domain }),
    };
    await readAll(connection, order, (message) => {
      onRecord({
        key: message.subject.slice(streams.viewSubjects.length),
        revision: message.seq,
        value: message.json<unknown>(),
      });
    });
  }

  #outgoing({ key, value, expectedRevision, ttlMs }: ViewWrite) {
    const headers = new OutgoingHeaders().put('content-type', 'application/json');
    if (expectedRevision !== undefined)
      headers.put('Nats-Expected-Last-Subject-Sequence', String(expectedRevision));
    if (ttlMs !== undefined) headers.put('Nats-TTL', `${Math.max(1, Math.ceil(ttlMs / 1_000))}s`);
    const payload = encodeJson(value);
    this.echoes.sent(key, payload, value);
    return { subject: this.#place.streams.viewSubjects + key, payload, headers };
  }
}
