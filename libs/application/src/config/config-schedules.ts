import {
  type ConfigScheduleRecord,
  type ConfigScheduleView,
  type ConfigTimed,
  type ConfigView,
  eventTypes,
  limits,
  quote,
  RollcallError,
  type ScheduledChange,
} from '#contracts';
import { toTime } from '#domain';
import type { Actor } from '../registrar/event-factory.js';
import { retryConflicts } from '../registrar/retry-conflicts.js';
import { eventOf } from './aggregate-writer.js';
import { appendAll } from './append-all.js';
import { type ConfigChange, checkContent, type ConfigParts, type ConfigWriter } from './config-writer.js';
import { effectiveAtIn, revertAfterIn } from './config-times.js';
import { checkExpectation } from './expectation.js';
import { standingOf } from './present.js';
import { revertingEvent } from './reverting.js';
import { schemasNow } from './schemas-now.js';
import { type ApplicationPlace, checkApplication, checkConfigKey, configId, nameOf } from './words.js';

/** When a change takes effect, and when it is undone; as a request says it. */
export interface ConfigTimes {
  readonly effectiveAt?: unknown;
  readonly revertAfter?: unknown;
}

/** Changes that wait for their time, and changes that undo themselves. Both are facts of the journal first. */
export class ConfigSchedules {
  constructor(
    private readonly parts: ConfigParts,
    private readonly writer: ConfigWriter,
  ) {}

  /** Writes now, or later, or for a while. @throws ROLLCALL_CONFIG_TIME_INVALID, and as `ConfigWriter.write` */
  async write(
    where: ApplicationPlace,
    changes: readonly ConfigChange[],
    { effectiveAt, revertAfter }: ConfigTimes,
    by: Actor,
  ): Promise<ConfigTimed> {
    const place = checkApplication(where);
    const nowMs = Date.parse(this.parts.identity.nowIso());
    const revertAfterMs = revertAfter === undefined ? undefined : revertAfterIn(revertAfter);
    if (effectiveAt !== undefined) {
      const atMs = effectiveAtIn(effectiveAt, nowMs);
      return this.#set(
        place,
        changes,
        { atMs, ...(revertAfterMs === undefined ? {} : { revertAfterMs }) },
        by,
      );
    }
    if (revertAfterMs === undefined) return this.writer.write(place, changes, by);
    return this.#writeForAWhile(place, changes, nowMs + revertAfterMs, by);
  }

  /** @throws ROLLCALL_NOT_FOUND when nothing of that name waits */
  cancel(where: ApplicationPlace, schedule: string, by: Actor): Promise<number> {
    const place = checkApplication(where);
    const aggregate = { kind: 'config-schedule' as const, ...place, schedule };
    return retryConflicts(async () => {
      const { record, guard } = await this.#standing(place, schedule);
      if (record === undefined) {
        const text = `no change of ${nameOf(place)} named ${quote(schedule)} waits for its time`;
        throw new RollcallError('ROLLCALL_NOT_FOUND', text);
      }
      const data = ended(record, 'cancelled');
      const said = { type: eventTypes.configScheduleCancelled, data };
      return appendAll(this.parts.journal, [
        eventOf(this.parts, aggregate, said, { expectedRevision: guard, by }),
      ]);
    });
  }

  async #writeForAWhile(
    place: ApplicationPlace,
    changes: readonly ConfigChange[],
    atMs: number,
    by: Actor,
  ): Promise<ConfigTimed> {
    const schedule = this.parts.identity.newId();
    const written = await this.writer.write(place, changes, by, {
      also: async (keys) =>
        keys.length === 0 ? [] : [revertingEvent(this.parts, place, keys, { schedule, atMs, by })],
    });
    const isChanged = written.keys.some(({ changed }) => changed);
    return isChanged ? { ...written, schedule, revertsAt: toTime(atMs) } : written;
  }

  /** Checked now as if it were written now, so that who plans it is told at once; and again when its time has come. */
  async #set(
    place: ApplicationPlace,
    changes: readonly ConfigChange[],
    { atMs, revertAfterMs }: { readonly atMs: number; readonly revertAfterMs?: number },
    by: Actor,
  ): Promise<ConfigTimed> {
    const { journal, identity } = this.parts;
    const keys = changes.map(({ key }) => checkConfigKey(key));
    const view = this.parts.view();
    const schemas = await schemasNow(journal, view, place, keys);
    const planned: ScheduledChange[] = [];
    for (const change of changes) {
      const standing = await standingOf<ConfigView>(journal, view, configId(place, change.key));
      checkExpectation({ ...place, key: change.key }, standing, change.expected);
      checkContent(place, change, schemas);
      const expectedRevision = standing.record === undefined ? 0 : standing.revision;
      planned.push(scheduled(change, expectedRevision));
    }
    const schedule = identity.newId();
    const data = {
      ...place,
      schedule,
      state: 'set',
      effectiveAt: toTime(atMs),
      changes: planned,
      ...(revertAfterMs === undefined ? {} : { revertAfterMs }),
    };
    checkSize(data);
    const aggregate = { kind: 'config-schedule' as const, ...place, schedule };
    const said = { type: eventTypes.configScheduleSet, data };
    const sequence = await appendAll(journal, [
      eventOf(this.parts, aggregate, said, { expectedRevision: 0, by }),
    ]);
    const unchanged = planned.map(({ key, expectedRevision = 0 }) => ({
      key,
      revision: expectedRevision,
      changed: false,
    }));
    return { sequence, keys: unchanged, schedule, effectiveAt: toTime(atMs) };
  }

  #standing(place: ApplicationPlace, schedule: string) {
    const aggregate = { kind: 'config-schedule' as const, ...place, schedule };
    return standingOf<ConfigScheduleView>(this.parts.journal, this.parts.view(), aggregate);
  }
}

function scheduled({ key, content, restores }: ConfigChange, expectedRevision: number): ScheduledChange {
  if (content === undefined) return { key, deleted: true, expectedRevision };
  return { key, ...content, ...(restores === undefined ? {} : { restores }), expectedRevision };
}

function checkSize(data: object): void {
  const bytes = new TextEncoder().encode(JSON.stringify(data)).length;
  if (bytes <= limits.recordBytesMax) return;
  const text = `the scheduled change has ${bytes} bytes; at most ${limits.recordBytesMax} are allowed`;
  throw new RollcallError('ROLLCALL_RECORD_TOO_LARGE', text, { action: 'Schedule fewer keys at once.' });
}

/** The record of a schedule that is over. */
export function ended(
  { departure: _departure, revision: _revision, ...record }: ConfigScheduleView,
  state: ConfigScheduleRecord['state'],
  detail?: string,
): ConfigScheduleRecord {
  const why = detail === undefined ? {} : { detail: detail.slice(0, limits.reasonLengthMax) };
  return { ...record, state, ...why };
}
