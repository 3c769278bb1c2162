import { type ConfigTimed, type ConfigWritten, type ContentType, RollcallError } from '#contracts';
import { type KeyRing, Secret, seal } from '#secrets';
import type { ConfigCommands } from './config-commands.js';

/** What is to be so for a write, and what the history says about it. */
export interface ConfigWriteOptions {
  /** The revision the key must have; 0: it must not be there. Absent: the last writer wins. */
  readonly expect?: number;
  /** Why, for the history. */
  readonly reason?: string;
}

export interface ConfigTimes {
  /** When the change is made. Absent: now. */
  readonly effectiveAt?: Date | string;
  /** After how long it is undone: a number of ms, or a duration such as `15m`. Absent: it stays. */
  readonly revertAfter?: number | string;
}

/** How a value is kept. Absent: as what it is: text, number, boolean, json; a `Secret` is sealed. */
interface Typed {
  readonly contentType?: ContentType;
}

/** What becomes of one key of a batch. */
export type ConfigKeyChange =
  | (Typed & { readonly key: string; readonly value: unknown; readonly expect?: number })
  | { readonly key: string; readonly delete: true; readonly expect?: number };

export interface ConfigWriterParts {
  readonly namespace: string;
  readonly application: string;
  readonly commands: ConfigCommands;
  /** The keys of this process, asked for when the first secret is written. */
  readonly ring: () => Promise<KeyRing | undefined>;
}

/**
 * Changes the config of one application through the registry, which checks each change before it is stored. Every
 * method rejects with what the registry answered, such as ROLLCALL_CONFIG_CONFLICT naming who was faster, or
 * ROLLCALL_CONFIG_INVALID saying where the value is wrong; with ROLLCALL_NOT_ACKNOWLEDGED when nobody knows whether
 * the write is stored.
 */
export class ConfigWriter {
  constructor(private readonly parts: ConfigWriterParts) {}

  async set(
    key: string,
    value: unknown,
    options: ConfigWriteOptions & ConfigTimes & Typed = {},
  ): Promise<ConfigTimed> {
    const content = await this.#content(key, value, options.contentType);
    return this.#ask('set', { key, ...content, ...guardOf(options), ...timesOf(options) });
  }

  delete(key: string, options: ConfigWriteOptions = {}): Promise<ConfigWritten> {
    return this.#ask('delete', { key, ...guardOf(options) });
  }

  /** Several keys: all or none. */
  async batch(
    changes: readonly ConfigKeyChange[],
    options: Omit<ConfigWriteOptions, 'expect'> & ConfigTimes = {},
  ): Promise<ConfigTimed> {
    const said = await Promise.all(
      changes.map(async (change) => {
        const guard = { key: change.key, ...guardOf(change) };
        if ('delete' in change) return { ...guard, delete: true };
        return { ...guard, ...(await this.#content(change.key, change.value, change.contentType)) };
      }),
    );
    return this.#ask('batch', { changes: said, ...guardOf(options), ...timesOf(options) });
  }

  /** Brings back what a key said at a revision. @throws ROLLCALL_CONFIG_REVISION_UNKNOWN */
  rollback(key: string, revision: number, options: ConfigWriteOptions = {}): Promise<ConfigWritten> {
    return this.#ask('rollback', { key, to: revision, ...guardOf(options) });
  }

  /** Takes a change back that waits for its time, or for being undone. @throws ROLLCALL_NOT_FOUND */
  cancel(schedule: string, reason?: string): Promise<{ readonly sequence: number }> {
    return this.#ask('cancel', { schedule, ...guardOf({ reason }) });
  }

  #ask<Answer>(name: string, fields: object): Promise<Answer> {
    const { namespace, application, commands } = this.parts;
    return commands.ask<Answer>(name, { namespace, application, ...fields });
  }

  /** A secret is sealed before it leaves this process. @throws ROLLCALL_KEY_RING_ABSENT */
  async #content(key: string, value: unknown, contentType: ContentType | undefined): Promise<object> {
    if (!(value instanceof Secret)) return contentType === undefined ? { value } : { value, contentType };
    const { namespace, application, ring } = this.parts;
    const keys = await ring();
    if (keys !== undefined)
      return { contentType: 'secret', value: seal(keys, { namespace, application, key }, value) };
    const text = `"${key}" is a secret, and this process has no key ring to seal it`;
    throw new RollcallError('ROLLCALL_KEY_RING_ABSENT', text);
  }
}

function guardOf({ expect, reason }: { readonly expect?: number; readonly reason?: string | undefined }) {
  return {
    ...(expect === undefined ? {} : { revision: expect }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function timesOf({ effectiveAt, revertAfter }: ConfigTimes) {
  const at = effectiveAt instanceof Date ? effectiveAt.toISOString() : effectiveAt;
  return {
    ...(at === undefined ? {} : { effectiveAt: at }),
    ...(revertAfter === undefined ? {} : { revertAfter }),
  };
}
