import type { ConfigTimed, ConfigWritten, ContentType } from '#contracts';
import type { Actor } from '../registrar/event-factory.js';
import { ConfigGrays } from './config-grays.js';
import { ConfigHistory, type ConfigRevision } from './config-history.js';
import { ConfigOverrides } from './config-overrides.js';
import { ConfigReader } from './config-reader.js';
import { ConfigSchedules, type ConfigTimes } from './config-schedules.js';
import { ConfigSchemas } from './config-schemas.js';
import { ConfigTransfer } from './config-transfer.js';
import { type ConfigChange, type ConfigParts, ConfigWriter } from './config-writer.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { ScheduleTimers } from '../ports/schedule-timers.js';
import { Rollouts } from './rollouts.js';
import { ScheduleWorker } from './schedule-worker.js';
import type { Expectation } from './expectation.js';
import type { ApplicationPlace, KeyPlace } from './words.js';

/** Everything that can be done with config, for every front door. */
export class ConfigService {
  readonly reader: ConfigReader;
  readonly history: ConfigHistory;
  readonly schemas: ConfigSchemas;
  readonly overrides: ConfigOverrides;
  readonly transfer: ConfigTransfer;
  readonly schedules: ConfigSchedules;
  readonly grays: ConfigGrays;
  readonly #parts: ConfigParts;
  readonly #writer: ConfigWriter;

  constructor(parts: ConfigParts) {
    this.#parts = parts;
    this.reader = new ConfigReader(parts.view);
    this.history = new ConfigHistory(parts.journal);
    this.schemas = new ConfigSchemas(parts);
    this.overrides = new ConfigOverrides(parts);
    this.#writer = new ConfigWriter(parts);
    this.grays = new ConfigGrays(parts, this.#writer);
    this.schedules = new ConfigSchedules(parts, this.#writer);
    this.transfer = new ConfigTransfer(parts, this.reader, this.#writer);
  }

  /** Several keys of one application: all or none. @throws as `ConfigWriter.write` */
  write(place: ApplicationPlace, changes: readonly ConfigChange[], by: Actor): Promise<ConfigWritten> {
    return this.#writer.write(place, changes, by);
  }

  /** The same at a time, or for a while. @throws ROLLCALL_CONFIG_TIME_INVALID, and as `write` */
  writeAt(
    place: ApplicationPlace,
    changes: readonly ConfigChange[],
    times: ConfigTimes,
    by: Actor,
  ): Promise<ConfigTimed> {
    return this.schedules.write(place, changes, times, by);
  }

  /** Counts who applied what, once there is somebody to hear. */
  rollouts(clock: Clock, log: Log): Rollouts {
    return new Rollouts({ ...this.#parts, clock, log }, this.grays);
  }

  /** Makes scheduled changes of this registry when their time comes. */
  worker(timers: ScheduleTimers, clock: Clock, log: Log): ScheduleWorker {
    return new ScheduleWorker({ ...this.#parts, timers, clock, log }, this.#writer);
  }

  /**
   * Brings the value of a revision back, as a new event that names it.
   * @throws ROLLCALL_CONFIG_REVISION_UNKNOWN, and as `write`: the value must meet today's schema
   */
  async rollback(at: KeyPlace, revision: number, by: Actor, expected?: Expectation): Promise<ConfigWritten> {
    return this.#restore(at, await this.history.restorable(at, at.key, revision), by, expected);
  }

  /** Brings a deleted key back as it was last. @throws as `rollback`, ROLLCALL_CONFIG_CONFLICT when it is there */
  async undelete(at: KeyPlace, by: Actor): Promise<ConfigWritten> {
    const last = await this.history.lastValue(at, at.key);
    return this.#restore(at, last, by, { revision: 0 });
  }

  #restore(
    { key, ...place }: KeyPlace,
    { revision, contentType, value }: ConfigRevision,
    by: Actor,
    expected: Expectation | undefined,
  ): Promise<ConfigWritten> {
    const content = { contentType: contentType as ContentType, value: value as string };
    const change = { key, content, restores: revision, ...(expected === undefined ? {} : { expected }) };
    return this.#writer.write(place, [change], by);
  }
}
