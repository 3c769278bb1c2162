import { setImmediate as breath } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { APPLICATION_SCHEMA_KEY, limits, RollcallError } from '#contracts';
import type { HistoricPlace, SnapshotMark, SnapshotStore } from '#application';
import type { ViewEntry } from '#domain';
import { AckPublisher, brokerError, type JournalPlace, lastMessage, readAll } from '#nats';
import { cutPieces, digestOf, ownerOf, pack, type Piece, readPiece } from './pieces.js';

interface Manifest extends SnapshotMark {
  /** Digests of the index messages: they hold those of the pieces. */
  readonly index: readonly string[];
}

/** Name of a piece and its digest. */
type Index = ReadonlyMap<string, string>;

/** Must not throw: it is called as the pieces arrive. */
type TakePiece = (name: string, body: string) => void;

/** How long a list of manifests is used again. What it names never changes; it only lacks the newest. */
const MARKS_MS = 5_000;
const INDEXES_MAX = 4;

/**
 * Snapshots in a stream of their own: pieces by service, so that one service is read without the rest; an index of
 * their digests; and a manifest, written last, without which a snapshot does not exist.
 */
export class JetStreamSnapshots implements SnapshotStore {
  readonly #place: JournalPlace;
  readonly #manager: JetStreamManager;
  readonly #indexes = new Map<number, Promise<Index>>();
  #marks: { readonly at: number; readonly found: Promise<Manifest[]> } | undefined;

  constructor(place: JournalPlace, manager: JetStreamManager) {
    this.#place = place;
    this.#manager = manager;
  }

  marks(): Promise<readonly Manifest[]> {
    const nowMs = performance.now();
    if (this.#marks === undefined || nowMs - this.#marks.at > MARKS_MS) {
      const found = this.#readManifests();
      this.#marks = { at: nowMs, found };
      found.catch(() => (this.#marks = undefined));
    }
    return this.#marks.found;
  }

  async load(mark: SnapshotMark, place: HistoricPlace): Promise<Map<string, ViewEntry>> {
    const manifest = (await this.marks()).find(({ position }) => position === mark.position);
    if (manifest === undefined) throw damaged(mark.position, 'it is gone');
    const index = await this.#indexOf(manifest);
    const missing = new Set([...index.keys()].filter(isIn(place)));
    const entries = new Map<string, ViewEntry>();
    const changed: string[] = [];
    // Piece by piece: the text of all of them at once would be the view in memory twice.
    const take = (name: string, body: string): void => {
      if (!missing.delete(name)) return;
      if (digestOf(body) !== index.get(name)) changed.push(name);
      else for (const [key, entry] of readPiece(body)) if (isAbout(key, place)) entries.set(key, entry);
    };
    if (place.service === undefined && place.application === undefined)
      await this.#readPieces(manifest.position, place, take);
    else await this.#readNamed(manifest.position, [...missing], take);
    for (const name of changed) throw damaged(mark.position, `piece "${name}" was changed`);
    for (const name of missing) throw damaged(mark.position, `piece "${name}" is missing`);
    return entries;
  }

  async save(
    { position, at }: Omit<SnapshotMark, 'keys'>,
    entries: ReadonlyMap<string, ViewEntry>,
  ): Promise<SnapshotMark> {
    const publisher = new AckPublisher(this.#place.connection, { stream: this.#place.streams.snapshots });
    const write = async (name: string, body: string): Promise<void> => {
      const head = headers();
      // A message that is sent again because its ack was lost is stored once.
      head.set('Nats-Msg-Id', `${position}.${name}.${digestOf(body)}`);
      const payload = new TextEncoder().encode(body);
      await publisher.publish({ subject: this.#subject(position, name), payload, headers: head });
    };
    try {
      const lines = await writeAll(cutPieces(entries), write);
      const index = pack(lines, limits.snapshotPartBytes);
      for (const [number, body] of index.entries()) await write(`index.${number}`, body);
      const manifest = { position, at, keys: entries.size, index: index.map(digestOf) };
      await write('manifest', JSON.stringify(manifest));
      this.#marks = undefined;
      return { position, at, keys: entries.size };
    } finally {
      publisher.close();
    }
  }

  async drop({ position }: SnapshotMark): Promise<void> {
    try {
      // The manifest first: without it nobody looks for the rest.
      await this.#purge(this.#subject(position, 'manifest'));
      await this.#purge(this.#subject(position, '>'));
    } catch (error) {
      throw brokerError(error, `dropping the snapshot of sequence ${position}`);
    } finally {
      this.#marks = undefined;
      this.#indexes.delete(position);
    }
  }

  async #purge(filter: string): Promise<void> {
    await this.#manager.streams.purge(this.#place.streams.snapshots, { filter });
  }

  async #readManifests(): Promise<Manifest[]> {
    const found: Manifest[] = [];
    await this.#readSubjects(`${this.#place.subjects.snapshots}*.manifest`, (_, body) => {
      found.push(JSON.parse(body) as Manifest);
    });
    return found.toSorted((left, right) => left.position - right.position);
  }

  #indexOf(manifest: Manifest): Promise<Index> {
    const held = this.#indexes.get(manifest.position);
    if (held !== undefined) return held;
    const read = this.#readIndex(manifest);
    this.#indexes.set(manifest.position, read);
    read.catch(() => this.#indexes.delete(manifest.position));
    const oldest = this.#indexes.keys().next().value;
    if (this.#indexes.size > INDEXES_MAX && oldest !== undefined) this.#indexes.delete(oldest);
    return read;
  }

  async #readIndex({ position, index }: Manifest): Promise<Index> {
    const pieces = new Map<string, string>();
    for (const [number, digest] of index.entries()) {
      const body = await this.#readOne(this.#subject(position, `index.${number}`));
      if (body === undefined || digestOf(body) !== digest) throw damaged(position, 'its index was changed');
      for (const line of body.split('\n')) pieces.set(...(JSON.parse(line) as [string, string]));
    }
    return pieces;
  }

  async #readNamed(position: number, names: readonly string[], take: TakePiece): Promise<void> {
    const read = async (name: string): Promise<void> => {
      const body = await this.#readOne(this.#subject(position, `part.${name}`));
      if (body !== undefined) take(name, body);
    };
    await Promise.all(names.map(read));
  }

  async #readPieces(position: number, { namespace }: HistoricPlace, take: TakePiece): Promise<void> {
    const start = this.#subject(position, 'part.');
    const filter = namespace === undefined ? `${start}>` : `${start}${namespace}.>`;
    await this.#readSubjects(filter, (subject, body) => take(subject.slice(start.length), body));
  }

  async #readSubjects(filter: string, onMessage: (subject: string, body: string) => void): Promise<void> {
    const { connection, streams, domain } = this.#place;
    const inDomain = domain === undefined ? {} : { domain };
    const order = { stream: streams.snapshots, filterSubjects: [filter], ...inDomain };
    await readAll(connection, order, (message) => onMessage(message.subject, message.string()));
  }

  async #readOne(subject: string): Promise<string | undefined> {
    return (await lastMessage(this.#manager, this.#place.streams.snapshots, subject))?.text();
  }

  #subject(position: number, name: string): string {
    return `${this.#place.subjects.snapshots}${position}.${name}`;
  }
}

const IN_FLIGHT_MAX = 16;

/** A few in flight, and others served between any two: a piece is milliseconds of work. Returns the lines of the index. */
async function writeAll(
  pieces: Iterable<Piece>,
  write: (name: string, body: string) => Promise<void>,
): Promise<string[]> {
  const lines: string[] = [];
  let inFlight: Promise<void>[] = [];
  for (const { name, body } of pieces) {
    lines.push(JSON.stringify([name, digestOf(body)]));
    inFlight.push(write(`part.${name}`, body));
    await breath();
    if (inFlight.length < IN_FLIGHT_MAX) continue;
    await Promise.all(inFlight);
    inFlight = [];
  }
  await Promise.all(inFlight);
  return lines;
}

/** Which pieces may hold something of a place. */
function isIn({ namespace, service, application }: HistoricPlace): (name: string) => boolean {
  if (namespace === undefined) return () => true;
  const key =
    application === undefined ? `${namespace}.instance.${service}` : `${namespace}.config.${application}`;
  const start = service === undefined && application === undefined ? `${namespace}.` : `${ownerOf(key)}.`;
  return (name) => name.startsWith(start);
}

/** Of an instance, what is said of it and of its service as a whole; of a config key, what is about that key. */
function isAbout(key: string, place: HistoricPlace): boolean {
  const named = key.split('.')[3];
  if (place.key !== undefined)
    return [place.key.replaceAll('.', '/'), APPLICATION_SCHEMA_KEY].includes(named ?? '');
  return place.instance === undefined || named === undefined || named === place.instance;
}

function damaged(position: number, what: string): RollcallError {
  return new RollcallError('ROLLCALL_SNAPSHOT_DAMAGED', `the snapshot of sequence ${position}: ${what}`);
}
