import {
  type ConfigReader,
  type ConfigRejection,
  type EffectiveKey,
  limits,
  quote,
  RollcallError,
} from '#contracts';
import type { KeyRing } from '#secrets';
import type { Environment } from '../rules/environment.js';
import type { ConfigHome } from './config-home.js';
import { ConfigLink } from './config-link.js';
import { ConfigListeners } from './config-listeners.js';
import { ConfigReporter } from './config-reporter.js';
import { ConfigStore } from './config-store.js';
import type { TouchedGroup } from './change-gate.js';
import type { ConfigChange, ConfigUpdate, ConfigValue, ConfigValues } from './events.js';
import { type LastGood, readLastGood } from './last-good.js';
import { LastGoodKeeper } from './last-good-keeper.js';
import { openValue } from './open-value.js';
import type { ConfigOptions } from './options.js';
import { readerNow } from './reader-now.js';
import { configRefused, configStale, configUnavailable, lastGoodRefused } from './start-trouble.js';
import { ringIn } from './words.js';

export interface LiveConfigParts {
  readonly namespace: string;
  readonly application: string;
  readonly options: ConfigOptions;
  readonly env: Environment | undefined;
  /** The instance id until a registration says another. */
  readonly instance: string;
  readonly onTrouble: (error: Error) => void;
}

/** With a last good config, a start waits for the registry no longer than this. */
const STALE_START_MS = 2_000;
const STALE_MS = 3 * limits.positionMsMax;

/**
 * The config of one application as this instance runs with it: kept up to date, never half of a change, never a
 * value the service refused.
 */
export class LiveConfig {
  readonly namespace: string;
  readonly application: string;
  readonly #parts: LiveConfigParts;
  readonly #store: ConfigStore;
  readonly #keeper: LastGoodKeeper | undefined;
  readonly #listeners: ConfigListeners;
  #home: ConfigHome | undefined;
  #link: ConfigLink | undefined;
  #reporter: ConfigReporter | undefined;
  #lastGood: LastGood | undefined;
  #isLoaded = false;
  #isStarted = false;
  #onLoaded: (problem: string | undefined) => void = () => undefined;
  #isClosed = false;

  private constructor(parts: LiveConfigParts, ring: KeyRing | undefined) {
    const { namespace, application, options } = parts;
    this.namespace = namespace;
    this.application = application;
    this.#parts = parts;
    this.#listeners = new ConfigListeners({ onRejected: options.onRejected, onTrouble: parts.onTrouble });
    this.#store = new ConfigStore({
      application,
      reader: this.#readerNow(),
      open: (effective) => openValue(effective, { namespace, application, key: effective.key }, ring),
      validate: options.validate ?? (() => undefined),
    });
    const { lastGoodFile: path } = options;
    if (path !== undefined) this.#keeper = new LastGoodKeeper(path, () => this.#snapshot(), parts.onTrouble);
  }

  /**
   * Loads the config, or takes the last good one when the registry does not answer in time.
   * @throws ROLLCALL_CONFIG_REFUSED when the service cannot run with the first config and has no other,
   *   ROLLCALL_CONFIG_UNAVAILABLE, ROLLCALL_KEY_RING_INVALID and the like
   */
  static async open(parts: LiveConfigParts, home: Promise<ConfigHome>): Promise<LiveConfig> {
    const { env, options } = parts;
    const config = new LiveConfig(parts, await ringIn(env, options.ring));
    try {
      await config.#start(home);
    } catch (error) {
      config.close();
      throw error;
    }
    return config;
  }

  /** The value of a key, or undefined when there is none. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the value is
  get<Value = ConfigValue>(key: string): Value | undefined {
    return this.#store.values.get(key) as Value | undefined;
  }

  /** The value of a key. @throws ROLLCALL_NOT_FOUND */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the value is
  require<Value = ConfigValue>(key: string): Value {
    if (this.#store.values.has(key)) return this.#store.values.get(key) as Value;
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `${quote(this.application)} has no config key ${quote(key)}`,
      {
        action: `Set it: rollcall config set ${this.application} ${key} <value>`,
      },
    );
  }

  /** Every value, by key. Each update makes a new map: one that was taken stays as it is. */
  get values(): ConfigValues {
    return this.#store.values;
  }

  /** Each key with the text of its value and the layer it comes from. Secrets stay sealed. */
  get effective(): readonly EffectiveKey[] {
    return this.#store.effective;
  }

  /** Journal sequence up to which the config of the application is applied, or among the rejections. */
  get revision(): number {
    return this.#store.revision;
  }

  /** Values this instance would not take, and that still stand in the registry. */
  get rejections(): readonly ConfigRejection[] {
    return this.#store.rejections;
  }

  /** What this instance is to overrides and gray releases. */
  get reader(): ConfigReader {
    return this.#store.reader;
  }

  /** True while the registry cannot be heard: the values are the last ones known, or those of the file. */
  get isStale(): boolean {
    return !this.#isLoaded || (this.#link?.staleMs ?? Infinity) > STALE_MS;
  }

  /** `file`: nothing was heard of the registry yet, these are the values of the last good start. */
  get source(): 'registry' | 'file' {
    return this.#isLoaded ? 'registry' : 'file';
  }

  /** Calls the handler with every update, all keys of a change set at once. Returns a function that ends it. */
  onChange(handler: (update: ConfigUpdate) => void): () => void {
    return this.#listeners.add(handler);
  }

  /** Calls the handler with every change of one key. Returns a function that ends it. */
  onKey(key: string, handler: (change: ConfigChange) => void): () => void {
    return this.onChange(({ changes }) => {
      const change = changes.find((change) => change.key === key);
      if (change !== undefined) handler(change);
    });
  }

  /** Resolves when the config reflects a journal sequence, such as the one a write returned. */
  async reached(sequence: number, timeoutMs: number = limits.atLeastWaitMsMax): Promise<void> {
    if (this.#link === undefined) {
      const text = `the config of ${quote(this.application)} is stale: the registry was not heard yet`;
      throw new RollcallError('ROLLCALL_POSITION_NOT_REACHED', text);
    }
    await this.#link.reached(sequence, timeoutMs);
  }

  /** Ends the following; the values stay readable. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link?.close();
    this.#reporter?.close();
    this.#listeners.clear();
    this.#home?.release(this);
  }

  /** The registration of this process says something else than before. */
  onRegistration(): void {
    const reader = this.#readerNow();
    if (JSON.stringify(reader) === JSON.stringify(this.#store.reader)) return;
    const group = this.#store.setReader(reader);
    if (this.#isLoaded) this.#settle([group], this.#store.revision);
  }

  async #start(home: Promise<ConfigHome>): Promise<void> {
    this.#lastGood = await this.#readLastGood();
    const { timeoutMs = limits.atLeastWaitMsMax } = this.#parts.options;
    const waitMs = this.#lastGood === undefined ? timeoutMs : Math.min(timeoutMs, STALE_START_MS);
    const loaded = new Promise<string | undefined>((resolve) => (this.#onLoaded = resolve));
    const linked = home.then((home) => this.#follow(home));
    let trouble: Error | undefined;
    linked.catch((error: Error) => {
      trouble = error;
      this.#parts.onTrouble(error);
    });
    const outcome = await Promise.race([loaded, linked.then(() => loaded), late(waitMs)]).catch(
      (): typeof LATE => LATE,
    );
    if (outcome === LATE) this.#startStale(trouble, waitMs);
    else if (outcome !== undefined) this.#startRefused(outcome);
    this.#isStarted = true;
  }

  /** Begins to follow the registry; what arrives is settled as it comes. */
  async #follow(home: ConfigHome): Promise<void> {
    if (this.#isClosed) return;
    const { application, namespace } = this;
    const { connection, subjects } = home.place;
    this.#home = home;
    home.adopt(this);
    this.onRegistration();
    this.#reporter = new ConfigReporter({
      connection,
      subjects,
      namespace,
      application,
      facts: () => this.#facts(),
    });
    this.#link = new ConfigLink({
      place: home.place,
      application,
      store: this.#store,
      onGroups: (groups, revision) => this.#onGroups(groups, revision),
      onResynced: (reason) => {
        if (reason !== 'start') this.#reporter?.report();
      },
      onTrouble: this.#parts.onTrouble,
    });
    await this.#link.start();
  }

  #onGroups(groups: readonly TouchedGroup[], revision: number): void {
    if (this.#isLoaded) {
      this.#settle(groups, revision);
      return;
    }
    this.#isLoaded = true;
    if (this.#isStarted) {
      // The file said more than the registry does: what it alone said goes now.
      this.#settle([this.#store.everything(), ...groups], revision);
      return;
    }
    const { problem } = this.#store.settle(groups, revision, true);
    if (problem === undefined) this.#onSettled([]);
    this.#onLoaded(problem);
  }

  #startStale(trouble: Error | undefined, waitMs: number): void {
    if (this.#lastGood === undefined) throw configUnavailable(this.application, waitMs, trouble);
    this.#restore(this.#lastGood);
    this.#parts.onTrouble(configStale(this.application, waitMs, this.#lastGood));
  }

  /** The service cannot run with what the registry says: with what was good last time, it can. */
  #startRefused(problem: string): void {
    const isLastGoodUsed = this.#lastGood !== undefined;
    const error = configRefused(this.application, this.rejections, { problem, isLastGoodUsed });
    if (this.#lastGood === undefined) {
      this.#reporter?.report();
      throw error;
    }
    this.#restore(this.#lastGood);
    this.#settle([this.#store.everything()], this.#store.revision);
    this.#parts.onTrouble(error);
  }

  #restore({ keys, revision }: LastGood): void {
    try {
      this.#store.restore(keys, revision);
    } catch (error) {
      throw lastGoodRefused(this.application, error as Error);
    }
  }

  async #readLastGood(): Promise<LastGood | undefined> {
    const { lastGoodFile: path } = this.#parts.options;
    try {
      return path === undefined ? undefined : await readLastGood(path, this);
    } catch (error) {
      this.#parts.onTrouble(error as Error);
      return undefined;
    }
  }

  #settle(groups: readonly TouchedGroup[], revision: number): void {
    this.#onSettled(this.#store.settle(groups, revision).changes);
  }

  /** Values are in place: tells those who listen here, then the registry. */
  #onSettled(changes: readonly ConfigChange[]): void {
    const { revision, rejections } = this.#store;
    this.#listeners.tellChanges(changes, revision);
    this.#listeners.tellRejections(rejections);
    this.#home?.vitals.configApplied(this.application, revision, rejections);
    this.#reporter?.report();
    this.#keeper?.changed();
  }

  #snapshot(): LastGood {
    const { namespace, application, revision, effective } = this;
    return { namespace, application, savedAt: new Date().toISOString(), revision, keys: effective };
  }

  #facts() {
    const registration = this.#home?.registrationFor(this.application);
    return {
      instance: this.#store.reader.instance,
      ...(registration && { service: registration.record.service, incarnation: registration.incarnation }),
      revision: this.revision,
      rejected: this.rejections,
    };
  }

  #readerNow(): ConfigReader {
    const { options, instance } = this.#parts;
    return readerNow(instance, this.#home?.registrationFor(this.application)?.record, options.reader);
  }
}

const LATE: unique symbol = Symbol('late');

function late(waitMs: number): Promise<typeof LATE> {
  return new Promise((resolve) => setTimeout(() => resolve(LATE), waitMs).unref());
}
