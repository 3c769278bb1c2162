import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import { type AggregateId, headerNames, type NewEvent, type RawEvent } from '#contracts';
import type { AppendOptions, Journal, JournalEnds, JournalRange, LastEvent, OpenReader } from '#application';
import {
  brokerError,
  type JournalPlace,
  JournalWriter,
  type LastMessage,
  lastOnAny,
  openReader,
  type OpenedReader,
  rawEvent,
  readAll,
  watchConnection,
  watchForStall,
} from '#nats';

/** The journal on a JetStream stream. */
export class JetStreamJournal implements Journal {
  readonly #place: JournalPlace;
  readonly #manager: JetStreamManager;
  readonly #writer: JournalWriter;

  constructor(place: JournalPlace, manager: JetStreamManager) {
    this.#place = place;
    this.#manager = manager;
    this.#writer = new JournalWriter(place);
  }

  append(event: NewEvent, options: AppendOptions = {}): Promise<number> {
    return this.#writer.append(event, options);
  }

  appendBatch(events: readonly (NewEvent & AppendOptions)[]): Promise<number> {
    return this.#writer.appendBatch(events);
  }

  async last(aggregate: AggregateId): Promise<LastEvent | undefined> {
    const message = await this.#writer.last(aggregate, 'leader');
    if (message === undefined) return undefined;
    const header = (name: string): string | undefined => message.headers.get(name) || undefined;
    return {
      sequence: message.sequence,
      ...(message.place === undefined ? {} : { place: message.place }),
      type: header(headerNames.type),
      id: header(headerNames.id),
      atMs: message.atMs,
      actor: header(headerNames.actor),
      reason: header(headerNames.reason),
      data: parseOrUndefined(message.text()),
    };
  }

  async ends(): Promise<JournalEnds> {
    try {
      const { state, created } = await this.#manager.streams.info(this.#place.streams.journal);
      return { firstSequence: state.first_seq, lastSequence: state.last_seq, foundedAt: created };
    } catch (error) {
      throw brokerError(error, 'looking at the journal');
    }
  }

  async firstAt(time: Date): Promise<number | undefined> {
    const last = await this.#lastIn();
    if (last === undefined || isBefore(last, { time })) return undefined;
    let first: number | undefined;
    const order = { ...this.#order({ time }), until: last.sequence, isDone: () => true };
    await readAll(this.#place.connection, order, (message) => (first ??= message.info.streamSequence));
    return first;
  }

  async at(sequence: number): Promise<RawEvent | undefined> {
    try {
      const found = await this.#manager.streams.getMessage(this.#place.streams.journal, { seq: sequence });
      return found === null ? undefined : this.#storedEvent(found);
    } catch (error) {
      throw brokerError(error, `reading sequence ${sequence}`);
    }
  }

  /** A reader that begins again behind the last event it handed over, when the connection comes back or it is stuck. */
  async follow(fromSequence: number, onEvent: (event: RawEvent) => void): Promise<OpenReader> {
    let next = fromSequence;
    let generation = 0;
    let isClosed = false;
    let reader: OpenedReader | undefined;
    const open = async (): Promise<void> => {
      generation += 1;
      const mine = generation;
      reader?.close();
      const opened = await openReader(this.#place.connection, this.#order({ sequence: next }), (message) => {
        if (mine !== generation || isClosed || message.info.streamSequence < next) return;
        next = message.info.streamSequence + 1;
        onEvent(rawEvent(message, this.#place.subjects));
      });
      if (mine === generation && !isClosed) reader = opened;
      else opened.close();
    };
    const reopen = (): void => {
      if (!isClosed) open().catch(() => setTimeout(reopen, 100));
    };
    const stopWatching = watchConnection(this.#place.connection, { onReconnect: reopen });
    await open();
    const stopStallWatch = watchForStall({
      seen: () => next - 1,
      there: async () => (await this.#lastIn())?.sequence ?? 0,
      onStall: reopen,
    });
    return {
      close: () => {
        isClosed = true;
        stopWatching();
        stopStallWatch();
        reader?.close();
      },
    };
  }

  async read(range: JournalRange, onEvent: (event: RawEvent) => void): Promise<void> {
    const subjects = range.patterns?.map((pattern) => this.#journalSubject(pattern));
    const last = await this.#lastIn(subjects);
    if (last === undefined || isBefore(last, range.from)) return;
    const toSequence = range.toSequence ?? last.sequence;
    const order = {
      ...this.#order(range.from),
      ...(subjects === undefined ? {} : { filterSubjects: subjects }),
      until: Math.min(toSequence, last.sequence),
    };
    await readAll(this.#place.connection, order, (message) => {
      if (message.info.streamSequence <= toSequence) onEvent(rawEvent(message, this.#place.subjects));
    });
  }

  close(): void {
    this.#writer.close();
  }

  /** The last event on any of the subjects; of the whole journal without subjects. */
  #lastIn(subjects = [this.#place.subjects.journalAll]): Promise<LastMessage | undefined> {
    return lastOnAny(this.#manager, this.#place.streams.journal, subjects);
  }

  #journalSubject(pattern: string): string {
    return this.#place.subjects.journalAll.slice(0, -1) + pattern;
  }

  #order(from?: JournalRange['from']) {
    const { streams, domain } = this.#place;
    return {
      stream: streams.journal,
      ...(from === undefined ? {} : { from }),
      ...(domain === undefined ? {} : { domain }),
    };
  }

  #storedEvent(found: StoredMsg): RawEvent {
    const header = (name: string): string | undefined => found.header.get(name) || undefined;
    return {
      sequence: found.seq,
      atMs: found.time.getTime(),
      key: this.#place.subjects.journalKey(found.subject) ?? found.subject,
      bytes: found.data.length,
      header,
      text: () => new TextDecoder('utf-8', { fatal: true }).decode(found.data),
    };
  }
}

function isBefore(moment: LastMessage, from: JournalRange['from']): boolean {
  if (from === undefined) return false;
  return 'sequence' in from ? moment.sequence < from.sequence : moment.atMs < from.time.getTime();
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
