import {
  aggregateKey,
  APPLICATION_SCHEMA_KEY,
  type ConfigKeyEvent,
  type ConfigRecord,
  type ConfigSchemaEvent,
  type ContentType,
  decodeEvent,
  originalOf,
  quote,
  type RawEvent,
  RollcallError,
} from '#contracts';
import { diffLines, type DiffLine, foldEvent, type FoldEntry, toTime } from '#domain';
import type { Journal } from '../ports/journal.js';
import { configRefusal } from './refusal.js';
import { type ApplicationPlace, checkApplication, checkConfigKey, configId, nameOf } from './words.js';

/** One revision of a key, as the journal tells it. */
export interface ConfigRevision {
  readonly revision: number;
  readonly at: string;
  readonly type: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly traceparent?: string;
  readonly contentType?: ContentType;
  /** Of a secret, the sealed envelope. */
  readonly value?: string;
  readonly deleted?: true;
  readonly restores?: number;
  readonly changeSet?: ConfigRecord['changeSet'];
  readonly schedule?: string;
  /** Why it was set aside and never served. */
  readonly refused?: string;
}

/** How two revisions of a key differ. Of a secret: whether. */
export interface ConfigDiff {
  readonly from: number;
  readonly to: number;
  readonly changed: boolean;
  readonly lines: readonly DiffLine[];
}

/** Everything that was ever said about a key, from the journal. */
export class ConfigHistory {
  constructor(private readonly journal: Journal) {}

  /** Revisions, the oldest first. Also those of a deleted key. @throws ROLLCALL_NOT_FOUND when there never was one */
  async of(where: ApplicationPlace, key: string): Promise<ConfigRevision[]> {
    const place = checkApplication(where);
    const id = configId(place, checkConfigKey(key));
    const own = aggregateKey(id);
    const schemas = [key, APPLICATION_SCHEMA_KEY].map((name) =>
      aggregateKey(configId(place, name, 'config-schema')),
    );
    const standing = new Map<string, FoldEntry>();
    const revisions: ConfigRevision[] = [];
    await this.journal.read({ patterns: [own, ...schemas] }, (raw) => {
      const refused = fold(raw, standing);
      const revision = raw.key === own ? revisionOf(raw, refused) : undefined;
      // What is carried is a revision only where the first time it was said is gone.
      const isTold = revisions.some((told) => told.revision === revision?.revision);
      if (revision !== undefined && !isTold) revisions.push(revision);
    });
    if (revisions.length > 0) return revisions;
    throw new RollcallError('ROLLCALL_NOT_FOUND', `${nameOf(place)} never had a config key ${quote(key)}`);
  }

  /** @throws ROLLCALL_CONFIG_REVISION_UNKNOWN */
  async diff(where: ApplicationPlace, key: string, from: number, to: number): Promise<ConfigDiff> {
    const revisions = await this.of(where, key);
    const [before, after] = [revisionIn(revisions, key, from), revisionIn(revisions, key, to)];
    const isSecret = before.contentType === 'secret' || after.contentType === 'secret';
    const changed = before.value !== after.value || before.contentType !== after.contentType;
    const lines = isSecret ? [] : diffLines(before.value, after.value);
    return { from, to, changed, lines };
  }

  /** A revision whose value can be brought back. @throws ROLLCALL_CONFIG_REVISION_UNKNOWN */
  async restorable(where: ApplicationPlace, key: string, revision: number): Promise<ConfigRevision> {
    const found = revisionIn(await this.of(where, key), key, revision);
    const why = found.refused ?? (found.deleted === true ? 'it deleted the key' : undefined);
    if (why === undefined) return found;
    throw unknown(`revision ${revision} of config key ${quote(key)} cannot be brought back: ${why}`);
  }

  /** The newest revision that had a value. @throws ROLLCALL_CONFIG_REVISION_UNKNOWN */
  async lastValue(where: ApplicationPlace, key: string): Promise<ConfigRevision> {
    const revisions = await this.of(where, key);
    const found = revisions.findLast(({ deleted, refused }) => deleted !== true && refused === undefined);
    if (found !== undefined) return found;
    throw unknown(`config key ${quote(key)} never had a value that could be brought back`);
  }
}

function revisionIn(revisions: readonly ConfigRevision[], key: string, revision: number): ConfigRevision {
  const found = revisions.find((candidate) => candidate.revision === revision);
  if (found !== undefined) return found;
  const known = revisions.slice(-5).map((candidate) => candidate.revision);
  throw unknown(`config key ${quote(key)} has no revision ${revision}; its newest are ${known.join(', ')}`);
}

function unknown(what: string): RollcallError {
  return new RollcallError('ROLLCALL_CONFIG_REVISION_UNKNOWN', what);
}

/** Folds as the view does; why the event was set aside, if it was. */
function fold(raw: RawEvent, standing: Map<string, FoldEntry>): string | undefined {
  const decoded = decodeEvent(raw);
  if (decoded.kind === 'unknown') return `the type ${quote(decoded.type)} is not known`;
  if (decoded.kind === 'rejected') return decoded.rejection.reason;
  const event = decoded.event as ConfigKeyEvent | ConfigSchemaEvent;
  const refusal = configRefusal(event, (key) => standing.get(key));
  if (refusal !== undefined) return refusal.reason;
  const step = foldEvent(standing.get(raw.key), event);
  if (step.kind === 'changed') standing.set(raw.key, step.entry);
  return undefined;
}

function revisionOf(raw: RawEvent, refused: string | undefined): ConfigRevision {
  const decoded = decodeEvent(raw);
  const head = { revision: raw.sequence, at: toTime(raw.atMs) };
  if (decoded.kind !== 'event') return { ...head, type: 'unreadable', refused: refused ?? 'unreadable' };
  const original = originalOf(decoded.event as ConfigKeyEvent);
  const { type, actor, reason, traceparent, data } = original;
  const { contentType, value, deleted, restores, changeSet, schedule } = data;
  const said = { actor, reason, traceparent, contentType, value, restores, changeSet, schedule, refused };
  const given = Object.entries(said).filter(([, content]) => content !== undefined);
  return {
    revision: original.sequence,
    at: toTime(original.atMs),
    type,
    ...(deleted === true ? { deleted } : {}),
    ...(Object.fromEntries(given) as Partial<ConfigRevision>),
  };
}
