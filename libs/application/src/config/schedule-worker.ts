import {
  aggregateKey,
  type ConfigScheduleAggregateId,
  type ConfigScheduleView,
  errorText,
  eventTypes,
  headerNames,
  isRollcallError,
  parseAggregateKey,
  type ScheduledChange,
} from '#contracts';
import { fromTime, isPresent } from '#domain';
import type { Clock } from '../ports/clock.js';
import type { OpenReader } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { ScheduleTimers } from '../ports/schedule-timers.js';
import type { Actor } from '../registrar/event-factory.js';
import { eventOf } from './aggregate-writer.js';
import { appendAll, type GuardedEvent } from './append-all.js';
import { ended } from './config-schedules.js';
import {
  type ConfigChange,
  type ConfigParts,
  type ConfigWriter,
  isConflict,
  type PlannedKey,
} from './config-writer.js';
import { type Standing, standingOf } from './present.js';
import { revertingEvent } from './reverting.js';
import { checkApplication } from './words.js';

/** A timer may fire a little early by the clock of whoever planned the change. */
const EARLY_MS = 1_000;
/** A timer that could not be set is set again after so long: nobody else would. */
const REARM_MS = 1_000;

export interface ScheduleWorkerParts extends ConfigParts {
  readonly timers: ScheduleTimers;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Makes scheduled changes when their time has come. The journal holds what waits; the broker's timers are only a
 * reminder, set anew from the view at every start, so losing one loses nothing. The change and the word that it was
 * made are one batch, guarded by the schedule itself: made once, whoever is told of it, however often.
 */
export class ScheduleWorker {
  #reader: OpenReader | undefined;
  #isOver = false;

  constructor(
    private readonly parts: ScheduleWorkerParts,
    private readonly writer: ConfigWriter,
  ) {}

  async start(): Promise<void> {
    this.#reader = await this.parts.timers.listen((id, atMs) => this.onDue(id, atMs));
    this.armAll();
  }

  stop(): void {
    this.#isOver = true;
    this.#reader?.close();
  }

  /** Sets the timer of everything that waits. */
  armAll(): void {
    for (const { key, entry } of this.parts.view().table.slots()) if (isPresent(entry)) this.onChange(key);
  }

  /** A key of the view changed: keeps its timer as it should be. */
  onChange(key: string): void {
    const id = parseAggregateKey(key);
    if (this.#isOver || id?.kind !== 'config-schedule') return;
    const entry = this.parts.view().table.get(key)?.entry;
    const isWaiting = entry !== undefined && isPresent(entry);
    const atMs = isWaiting ? fromTime((entry.record as ConfigScheduleView).effectiveAt) : 0;
    const work = isWaiting ? this.parts.timers.arm(id, atMs) : this.parts.timers.disarm(id);
    work.catch((error: unknown) => {
      const facts = { schedule: key, error: errorText(error) };
      this.parts.log.warn('the timer of a scheduled change could not be set; it is tried again', facts);
      this.parts.clock.after(REARM_MS, () => this.onChange(key));
    });
  }

  /** The time of a schedule has come: makes its change, or says why it does not. */
  async onDue(id: ConfigScheduleAggregateId, atMs: number): Promise<void> {
    const { journal, log } = this.parts;
    for (;;) {
      if (this.#isOver) throw new Error('stopping');
      const standing = await standingOf<ConfigScheduleView>(journal, this.parts.view(), id);
      if (standing.record === undefined) return;
      const waitsUntilMs = fromTime(standing.record.effectiveAt);
      if (atMs < waitsUntilMs - EARLY_MS) {
        await this.parts.timers.arm(id, waitsUntilMs);
        return;
      }
      try {
        await this.#make(id, standing, standing.record, atMs);
        log.info('made a scheduled change', { schedule: aggregateKey(id) });
        return;
      } catch (error) {
        if (isRollcallError(error, 'ROLLCALL_REVISION_CONFLICT')) continue;
        if (!isRollcallError(error) || !isFinal(error.kind)) throw error;
        if (await this.#skip(id, standing, standing.record, error.what)) return;
      }
    }
  }

  async #make(
    id: ConfigScheduleAggregateId,
    standing: Standing<ConfigScheduleView>,
    record: ConfigScheduleView,
    atMs: number,
  ): Promise<void> {
    const by = await this.#planner(standing);
    const also = async (keys: readonly PlannedKey[]): Promise<GuardedEvent[]> => {
      const said = { type: eventTypes.configScheduleApplied, data: ended(record, 'applied') };
      const applied = eventOf(this.parts, id, said, { expectedRevision: standing.guard, by });
      const { revertAfterMs } = record;
      if (revertAfterMs === undefined || keys.length === 0) return [applied];
      const schedule = this.parts.identity.newId();
      const order = { schedule, atMs: atMs + revertAfterMs, by };
      return [applied, revertingEvent(this.parts, checkApplication(id), keys, order)];
    };
    const causationId = standing.last?.id;
    await this.writer.write(id, record.changes.map(changeOf), by, {
      schedule: id.schedule,
      also,
      once: true,
      ...(causationId === undefined ? {} : { causationId }),
    });
  }

  /** Whoever planned the change is its author, also when it is made. */
  async #planner({ last }: Standing<ConfigScheduleView>): Promise<Actor> {
    const raw = last === undefined ? undefined : await this.parts.journal.at(last.sequence);
    const traceparent = raw?.header(headerNames.traceparent);
    return {
      source: '/config-service',
      ...(last?.actor === undefined ? {} : { actor: last.actor }),
      ...(last?.reason === undefined ? {} : { reason: last.reason }),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
  }

  /** False when somebody else was faster: then everything is to be looked at again. */
  async #skip(
    id: ConfigScheduleAggregateId,
    { guard }: Standing<ConfigScheduleView>,
    record: ConfigScheduleView,
    why: string,
  ): Promise<boolean> {
    const by = { actor: 'config-service', source: '/config-service' };
    const said = { type: eventTypes.configScheduleSkipped, data: ended(record, 'skipped', why) };
    try {
      await appendAll(this.parts.journal, [eventOf(this.parts, id, said, { expectedRevision: guard, by })]);
      this.parts.log.warn('skipped a scheduled change', { schedule: aggregateKey(id), why });
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }
}

/** Whether waiting would not help: a lost race, a schema that changed, a key that is gone. */
function isFinal(kind: string): boolean {
  return kind === 'conflict' || kind === 'invalid' || kind === 'not-found' || kind === 'too-large';
}

function changeOf({ key, contentType, value, restores, ...guard }: ScheduledChange): ConfigChange {
  const { expectedRevision: revision, expectedEvent: event, deleted } = guard;
  const expected = {
    ...(revision === undefined ? {} : { revision }),
    ...(event === undefined ? {} : { event }),
  };
  if (deleted === true || contentType === undefined || value === undefined) return { key, expected };
  return {
    key,
    content: { contentType, value },
    expected,
    ...(restores === undefined ? {} : { restores }),
  };
}
