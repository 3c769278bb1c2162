import {
  assertRecord,
  type ConfigRecord,
  type ConfigView,
  type ConfigWritten,
  type ContentType,
  eventTypes,
  isRollcallError,
  type KeyWritten,
  limits,
  type NewEvent,
  quote,
  RollcallError,
} from '#contracts';
import type { Journal } from '../ports/journal.js';
import type { ViewSource } from '../reader/reader.js';
import { type Actor, attributesOf, type EventIdentity } from '../registrar/event-factory.js';
import { retryConflicts } from '../registrar/retry-conflicts.js';
import { appendAll, type GuardedEvent } from './append-all.js';
import { checkAcrossKeys } from './across-keys.js';
import { contentMistakeAt, type SchemaSource } from './check.js';
import { checkExpectation, type Expectation } from './expectation.js';
import { schemasNow } from './schemas-now.js';
import { type Standing, standingOf } from './present.js';
import { type ApplicationPlace, checkApplication, checkConfigKey, configId, nameOf } from './words.js';

/** What becomes of one key. Without content it is deleted. */
export interface ConfigChange {
  readonly key: string;
  readonly content?: { readonly contentType: ContentType; readonly value: string };
  /** The revision the content is taken from. */
  readonly restores?: number;
  readonly expected?: Expectation;
}

/** What else stands or falls with a change. */
export interface WriteExtras {
  /** The schedule that makes this change. */
  readonly schedule?: string;
  /** More events of the same batch, e.g. that the schedule was applied. Made when the keys' events are known. */
  readonly also?: (keys: readonly PlannedKey[]) => Promise<readonly GuardedEvent[]>;
  readonly causationId?: string;
  /** A conflict between two writers is not tried again: the caller decides. */
  readonly once?: boolean;
}

/** A key about to be written. */
export interface PlannedKey {
  readonly change: ConfigChange;
  readonly standing: Standing<ConfigView>;
  readonly event: GuardedEvent;
}

export interface ConfigParts {
  readonly journal: Journal;
  /** @throws ROLLCALL_UNAVAILABLE before the view is loaded */
  readonly view: () => ViewSource;
  readonly identity: EventIdentity;
}

/** Writes config keys: checked before they are accepted, compared with what was expected, all or none. */
export class ConfigWriter {
  constructor(private readonly parts: ConfigParts) {}

  /**
   * @throws ROLLCALL_CONFIG_CONFLICT saying who changed a key, ROLLCALL_CONFIG_INVALID saying where and why,
   * ROLLCALL_NAME_INVALID, ROLLCALL_RECORD_TOO_LARGE, ROLLCALL_NOT_FOUND for the deletion of what is not there
   */
  async write(
    where: ApplicationPlace,
    changes: readonly ConfigChange[],
    by: Actor,
    extras: WriteExtras = {},
  ): Promise<ConfigWritten> {
    const place = checkApplication(where);
    checkShape(place, changes);
    const attempt = (): Promise<ConfigWritten> => this.#attempt(place, changes, by, extras);
    return extras.once === true ? attempt() : retryConflicts(attempt);
  }

  async #attempt(
    place: ApplicationPlace,
    changes: readonly ConfigChange[],
    by: Actor,
    extras: WriteExtras,
  ): Promise<ConfigWritten> {
    const { journal } = this.parts;
    const view = this.parts.view();
    const standings = await Promise.all(
      changes.map(({ key }) => standingOf<ConfigView>(journal, view, configId(place, key))),
    );
    const pairs = changes.map((change, index) => ({
      change,
      standing: standings[index] as Standing<ConfigView>,
    }));
    for (const { change, standing } of pairs)
      checkExpectation({ ...place, key: change.key }, standing, change.expected);
    const schemas = await schemasNow(
      journal,
      view,
      place,
      changes.map(({ key }) => key),
    );
    for (const { change } of pairs) checkContent(place, change, schemas);
    const changed = pairs.filter(({ change, standing }) => !isSame(change, standing.record));
    for (const { change, standing } of changed) checkDeletion(place, change, standing);
    checkAcrossKeys(place, changes, view.table, schemas);
    return this.#store(place, pairs, this.#plan(place, changed, by, extras), extras);
  }

  #plan(
    place: ApplicationPlace,
    changed: readonly Omit<PlannedKey, 'event'>[],
    by: Actor,
    extras: WriteExtras,
  ): PlannedKey[] {
    const id = this.parts.identity.newId();
    return changed.map(({ change, standing }, index) => {
      const changeSet = changed.length === 1 ? {} : { changeSet: { id, index, count: changed.length } };
      const schedule = extras.schedule === undefined ? {} : { schedule: extras.schedule };
      const data = recordOf(place, change, { ...changeSet, ...schedule });
      assertRecord('config', data);
      const event: NewEvent = {
        ...attributesOf(this.parts.identity, typeOf(change), by),
        ...(extras.causationId === undefined ? {} : { causationId: extras.causationId }),
        aggregate: configId(place, change.key),
        data,
      };
      return { change, standing, event: { ...event, expectedRevision: standing.guard } };
    });
  }

  async #store(
    place: ApplicationPlace,
    pairs: readonly Omit<PlannedKey, 'event'>[],
    planned: readonly PlannedKey[],
    extras: WriteExtras,
  ): Promise<ConfigWritten> {
    const more = (await extras.also?.(planned)) ?? [];
    const events = [...planned.map(({ event }) => event), ...more];
    if (events.length > limits.batchMessagesMax) throw tooMany(place, events.length);
    const first = events.length === 0 ? undefined : await appendAll(this.parts.journal, events);
    const keys = pairs.map(({ change, standing }): KeyWritten => {
      const index = planned.findIndex((plan) => plan.change === change);
      const revision = index === -1 || first === undefined ? standing.revision : first + index;
      return { key: change.key, revision, changed: index !== -1 };
    });
    const stored = first === undefined ? [] : [first + events.length - 1];
    return { sequence: Math.max(0, ...stored, ...keys.map(({ revision }) => revision)), keys };
  }
}

function checkShape(place: ApplicationPlace, changes: readonly ConfigChange[]): void {
  if (changes.length === 0 || changes.length > limits.batchMessagesMax) throw tooMany(place, changes.length);
  const seen = new Set<string>();
  for (const { key } of changes) {
    checkConfigKey(key);
    if (seen.has(key)) {
      const text = `config key ${quote(key)} appears twice in one change`;
      throw new RollcallError('ROLLCALL_RECORD_INVALID', text, { details: { key } });
    }
    seen.add(key);
  }
}

function tooMany(place: ApplicationPlace, count: number): RollcallError {
  const text = `a change of ${count} keys of ${nameOf(place)} is not between 1 and ${limits.batchMessagesMax}`;
  return new RollcallError('ROLLCALL_BATCH_REFUSED', text, { action: 'Change fewer keys at once.' });
}

/** @throws ROLLCALL_CONFIG_INVALID */
export function checkContent(
  place: ApplicationPlace,
  { key, content }: ConfigChange,
  schemas: SchemaSource,
): void {
  const mistake = content === undefined ? undefined : contentMistakeAt({ ...place, key }, content, schemas);
  if (mistake === undefined) return;
  const text = `config key ${quote(key)} of ${nameOf(place)}: ${mistake.what}`;
  const { what: _what, ...at } = mistake;
  throw new RollcallError('ROLLCALL_CONFIG_INVALID', text, { details: { key, ...at } });
}

function checkDeletion(
  place: ApplicationPlace,
  { key, content }: ConfigChange,
  { record }: Standing<ConfigView>,
): void {
  if (content !== undefined || record !== undefined) return;
  throw new RollcallError('ROLLCALL_NOT_FOUND', `${nameOf(place)} has no config key ${quote(key)}`, {
    details: { key },
  });
}

function isSame({ content }: ConfigChange, record: ConfigView | undefined): boolean {
  if (content === undefined || record === undefined) return false;
  return record.contentType === content.contentType && record.value === content.value;
}

function typeOf({ content, restores }: ConfigChange): string {
  if (content === undefined) return eventTypes.configDeleted;
  return restores === undefined ? eventTypes.configSet : eventTypes.configRolledBack;
}

function recordOf(
  place: ApplicationPlace,
  change: ConfigChange,
  extras: Partial<ConfigRecord>,
): ConfigRecord {
  const { key, content, restores } = change;
  if (content === undefined) return { ...place, key, deleted: true, ...extras };
  return {
    ...place,
    key,
    contentType: content.contentType,
    value: content.value,
    ...(restores === undefined ? {} : { restores }),
    ...extras,
  };
}

/** Whether an error says that somebody else was faster. */
export function isConflict(error: unknown): boolean {
  return (
    isRollcallError(error, 'ROLLCALL_CONFIG_CONFLICT') || isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')
  );
}
