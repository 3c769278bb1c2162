import {
  type Cause,
  type ConfigReader,
  type ConfigRejection,
  type EffectiveKey,
  errorText,
  isRollcallError,
  limits,
  SHARED_APPLICATION,
} from '#contracts';
import { type KeySources, resolveKey, sourceAt, SourceTable, type ViewEntry } from '#domain';
import type { TouchedGroup } from './change-gate.js';
import type { ConfigChange, ConfigValue, ConfigValues, ValidateConfig } from './events.js';
import { withoutSecrets } from './open-value.js';

export interface ConfigStoreParts {
  readonly application: string;
  readonly reader: ConfigReader;
  /** Turns text into what the service uses. May throw; the reason then names no value. */
  readonly open: (effective: EffectiveKey) => ConfigValue;
  readonly validate: ValidateConfig;
}

interface AppliedKey {
  readonly effective: EffectiveKey;
  readonly value: ConfigValue;
}

interface Refusal extends ConfigRejection {
  readonly group: TouchedGroup;
}

export interface Settled {
  readonly changes: ConfigChange[];
  /** Why not everything together could be taken. */
  readonly problem: string | undefined;
}

/** Keys to be changed together: what each shall be, undefined for gone. */
type Candidate = Map<string, AppliedKey | undefined>;

/**
 * The config of one application as one instance runs with it: what the registry says, what was taken, and what was
 * refused. Knows no network, file or clock.
 */
export class ConfigStore {
  readonly #parts: ConfigStoreParts;
  readonly #shared = new SourceTable();
  readonly #own = new SourceTable();
  readonly #refusals = new Map<string, Refusal>();
  #applied = new Map<string, AppliedKey>();
  #values = new Map<string, ConfigValue>();
  #reader: ConfigReader;
  #revision = 0;

  constructor(parts: ConfigStoreParts) {
    this.#parts = parts;
    this.#reader = parts.reader;
  }

  get values(): ConfigValues {
    return this.#values;
  }

  /** Each key with the layer its value comes from, in the order of the keys. */
  get effective(): EffectiveKey[] {
    const keys = [...this.#applied.values()].map(({ effective }) => effective);
    return keys.sort((left, right) => (left.key < right.key ? -1 : 1));
  }

  /** Journal sequence up to which everything was applied, or is among the rejections. */
  get revision(): number {
    return this.#revision;
  }

  /** What was refused and still stands, the newest first. */
  get rejections(): ConfigRejection[] {
    return [...this.#refusals.values()]
      .map(({ key, revision, reason }) => ({ key, revision, reason }))
      .sort((left, right) => right.revision - left.revision);
  }

  get reader(): ConfigReader {
    return this.#reader;
  }

  /** What the registry says has changed. Nothing is applied yet. */
  put(viewKey: string, entry: ViewEntry | undefined): string | undefined {
    const at = sourceAt(viewKey);
    if (at === undefined) return undefined;
    const table = at.application === SHARED_APPLICATION ? this.#shared : this.#own;
    table.put(at, entry);
    return at.key;
  }

  /** Every key anybody says something of, as one group. */
  everything(): TouchedGroup {
    const keys = new Set([...this.#shared.keys(), ...this.#own.keys(), ...this.#applied.keys()]);
    return { keys, sequence: 0 };
  }

  /** The instance itself is another one now: says which keys it must look at again. */
  setReader(reader: ConfigReader): TouchedGroup {
    this.#reader = reader;
    return this.everything();
  }

  /** Begins with what was good last time. @throws what `open` or `validate` throws */
  restore(keys: readonly EffectiveKey[], revision: number): void {
    const candidate: Candidate = new Map(keys.map((key) => [key.key, this.#opened(key)]));
    const problem = this.#problemWith(candidate);
    if (problem !== undefined) throw new Error(problem);
    this.#take(candidate);
    this.#revision = revision;
  }

  /**
   * Takes what the registry says of the touched keys. If all of it together does not validate, each group is tried
   * by itself, oldest first: one bad change does not hold up the others. What was refused before is tried again.
   * @param revision journal sequence that is dealt with by this
   * @param allOrNothing refuse everything when not everything validates
   */
  settle(touched: readonly TouchedGroup[], revision: number, allOrNothing = false): Settled {
    const before = this.#applied;
    const groups = this.#withRefused(touched);
    for (const group of groups) for (const key of group.keys) this.#refusals.delete(key);
    const opened = groups.flatMap((group) => this.#openGroup(group));
    const isShort = allOrNothing && opened.length < groups.length;
    const problem = isShort
      ? this.rejections.map(({ reason }) => reason).join('; ')
      : this.#tryAll(opened, allOrNothing);
    this.#revision = Math.max(this.#revision, revision);
    const changes = this.#differences(before, new Set(groups.flatMap(({ keys }) => [...keys])));
    return { changes, problem };
  }

  #withRefused(touched: readonly TouchedGroup[]): TouchedGroup[] {
    const known = new Set(touched.flatMap(({ keys }) => [...keys]));
    const refused = new Set([...this.#refusals.values()].map(({ group }) => group));
    const again = [...refused].filter(({ keys }) => [...keys].some((key) => !known.has(key)));
    return [...again, ...touched];
  }

  /** The candidate of one group; none when a value of it cannot be opened. */
  #openGroup(group: TouchedGroup): { readonly group: TouchedGroup; readonly candidate: Candidate }[] {
    const candidate: Candidate = new Map();
    for (const key of group.keys) {
      const wanted = this.#resolve(key);
      try {
        candidate.set(key, wanted === undefined ? undefined : this.#opened(wanted));
      } catch (error) {
        this.#refuse(group, reasonOf(error), key);
        return [];
      }
    }
    return [{ group, candidate }];
  }

  #tryAll(
    opened: readonly { readonly group: TouchedGroup; readonly candidate: Candidate }[],
    allOrNothing: boolean,
  ): string | undefined {
    const together: Candidate = new Map(opened.flatMap(({ candidate }) => [...candidate]));
    const problem = this.#problemWith(together);
    if (problem === undefined) {
      this.#take(together);
      return undefined;
    }
    for (const { group, candidate } of opened) {
      const own = allOrNothing || opened.length === 1 ? problem : this.#problemWith(candidate);
      if (own === undefined) this.#take(candidate);
      else this.#refuse(group, own);
    }
    return problem;
  }

  /** The same text in the same type is the same value: it is not opened again. */
  #opened(effective: EffectiveKey): AppliedKey {
    const held = this.#applied.get(effective.key);
    const isSame =
      held?.effective.value === effective.value && held.effective.contentType === effective.contentType;
    return { effective, value: isSame ? held.value : this.#parts.open(effective) };
  }

  #resolve(key: string): EffectiveKey | undefined {
    const { application } = this.#parts;
    return resolveKey({ application, key }, this.#sourcesOf(key), this.#reader);
  }

  #sourcesOf(key: string): {
    readonly shared?: KeySources | undefined;
    readonly own?: KeySources | undefined;
  } {
    return { shared: this.#shared.get(key), own: this.#own.get(key) };
  }

  /** Undefined when the service can run with what it has and the candidate on top. */
  #problemWith(candidate: Candidate): string | undefined {
    const values = new Map(this.#values);
    let isSame = true;
    for (const [key, next] of candidate) {
      isSame &&= next === undefined ? !values.has(key) : values.get(key) === next.value && values.has(key);
      if (next === undefined) values.delete(key);
      else values.set(key, next.value);
    }
    // Nothing to ask when no value changes, except at the very first.
    if (isSame && this.#applied.size > 0) return undefined;
    try {
      const problems = this.#parts.validate(values) ?? [];
      return problems.length === 0 ? undefined : withoutSecrets(problems.join('; '), values.values());
    } catch (error) {
      return withoutSecrets(reasonOf(error), values.values());
    }
  }

  #take(candidate: Candidate): void {
    this.#applied = new Map(this.#applied);
    this.#values = new Map(this.#values);
    for (const [key, next] of candidate) {
      if (next === undefined) {
        this.#applied.delete(key);
        this.#values.delete(key);
      } else {
        this.#applied.set(key, next);
        this.#values.set(key, next.value);
      }
    }
  }

  /** All keys of a group are refused with it, for the reason of one of them. */
  #refuse(group: TouchedGroup, reason: string, culprit?: string): void {
    for (const key of group.keys) {
      const wanted = this.#resolve(key);
      if (isSameContent(wanted, this.#applied.get(key)?.effective)) continue;
      const said =
        culprit === undefined || culprit === key ? reason : `changed together with ${culprit}: ${reason}`;
      const revision = wanted?.revision ?? this.#newest(key)?.sequence ?? group.sequence;
      this.#refusals.set(key, { key, revision, reason: said.slice(0, limits.reasonLengthMax), group });
    }
  }

  #differences(before: ReadonlyMap<string, AppliedKey>, keys: ReadonlySet<string>): ConfigChange[] {
    return [...keys].sort().flatMap((key): ConfigChange[] => {
      const [was, is] = [before.get(key), this.#applied.get(key)];
      if (was === is || (was?.value === is?.value && (was === undefined) === (is === undefined))) return [];
      const cause = this.#newest(key)?.cause;
      return [
        {
          key,
          ...(was === undefined ? {} : { before: was.value }),
          ...(is === undefined ? {} : { after: is.value, effective: is.effective }),
          ...(cause === undefined ? {} : { cause }),
        },
      ];
    });
  }

  /** The newest event anybody has written about a key. */
  #newest(key: string): { readonly sequence: number; readonly cause: Cause } | undefined {
    const { shared, own } = this.#sourcesOf(key);
    const entries: ViewEntry[] = [shared, own].flatMap(
      (sources) => Object.values(sources ?? {}) as ViewEntry[],
    );
    return entries.sort((left, right) => right.sequence - left.sequence)[0];
  }
}

function isSameContent(left: EffectiveKey | undefined, right: EffectiveKey | undefined): boolean {
  return left?.value === right?.value && left?.contentType === right?.contentType;
}

function reasonOf(error: unknown): string {
  return isRollcallError(error) ? `${error.code}: ${error.what}` : errorText(error);
}
